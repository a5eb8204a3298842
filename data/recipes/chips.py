"""Who supplies what in advanced semiconductors (ETO/CSET). CC BY-NC 4.0."""

from __future__ import annotations

import re

import pandas as pd

from recipes.contract import Raw, Table, field

SOURCE = ("eto_chips",)
NC = "CC BY-NC 4.0: name the Emerging Technology Observatory, no commercial use."
KINDS = ("process", "tool", "material", "design", "output", "stage")
_KIND = {
    "process": "process",
    "tool_resource": "tool",
    "material_resource": "material",
    "design_resource": "design",
    "ultimate_output": "output",
}
PROVIDER_KINDS = ("country", "organisation", "residual")
VINTAGES = (
    "Shares are of 2019, 2021, 2022 or 2025, depending on the input: do not read two inputs as one date. "
    "Within one input all shares are of one year."
)
_input = field("input", "string", "Input (N...) or whole stage (S1-S3).", required=True)

TABLES = [
    Table(
        name="chip_stages",
        title="Stages of making a chip",
        description="Design, fabrication, and assembly with testing and packaging, with the size of the "
        "market.",
        theme="data_flows",
        sources=SOURCE,
        fields=(
            field("stage", "string", "Stage.", required=True),
            field("name", "string", "Name of the stage.", required=True),
            field("market_musd", "number", "Size of the world market where given.", unit="million USD"),
            field("market_year", "year", "Year of the market size."),
        ),
        key=("stage",),
        coverage="Three stages",
        as_of="2026-08",
        caveats=(NC,),
        dropped=("The descriptions, which are the publisher's text.",),
    ),
    Table(
        name="chip_inputs",
        title="Inputs of advanced chips",
        description="Processes, tools, materials and designs that go into a finished logic chip, with "
        "the size of their market.",
        theme="data_flows",
        sources=SOURCE,
        fields=(
            _input,
            field("name", "string", "Name of the input.", required=True),
            field("kind", "string", "What sort of input.", enum=KINDS, required=True),
            field("stage", "string", "Stage; given for processes and stages only."),
            field("market_musd", "number", "Size of the world market where given.", unit="million USD"),
            field("market_year", "year", "Year of the market size, where given."),
            field("market_scope", "string", "What the market size is of, where it is not the input itself."),
        ),
        key=("input",),
        foreign=((("stage",), "chip_stages", ("stage",)),),
        coverage="126 inputs and 3 stages",
        as_of="2026-08",
        caveats=(
            NC,
            "Inputs nest (a lithography tool, then an EUV tool): market sizes must not be added up; "
            "chip_edges tells what is a kind of what.",
            "The three stages stand among the inputs because shares are given for them as well.",
        ),
        dropped=("The descriptions, captions and notes on sources, which are the publisher's text.",),
    ),
    Table(
        name="chip_providers",
        title="Providers of chip inputs",
        description="Countries and organisations that supply inputs, with the home country of organisations.",
        theme="data_flows",
        sources=SOURCE,
        fields=(
            field("provider", "string", "Provider.", required=True),
            field("name", "string", "Name.", required=True),
            field(
                "kind",
                "string",
                "Country, organisation, or residual (several countries together).",
                enum=PROVIDER_KINDS,
                required=True,
            ),
            field("iso3", "string", "The country, or the organisation's home; EUU stands for Europe."),
        ),
        key=("provider",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="373 organisations, 21 countries, Europe, one residual",
        as_of="2026-08",
        caveats=(
            NC,
            "Home country as the publisher gives it: the seat, not where the plants are.",
            "Various countries is a residual without a country code; Europe is a group (EUU) and may "
            "hold countries outside the EU.",
        ),
    ),
    Table(
        name="chip_provider_names",
        title="Other names of chip providers",
        description="Aliases and former names (of merged firms), one row a name.",
        theme="data_flows",
        sources=SOURCE,
        fields=(
            field("provider", "string", "Provider.", required=True),
            field("name", "string", "Other name.", required=True),
        ),
        key=("provider", "name"),
        foreign=((("provider",), "chip_providers", ("provider",)),),
        coverage="51 names",
        as_of="2026-08",
        caveats=(NC,),
    ),
    Table(
        name="chip_shares",
        title="Market shares in chip inputs",
        description="Share of each country or organisation in the supply of an input, where one is given.",
        theme="data_flows",
        sources=SOURCE,
        fields=(
            _input,
            field("provider", "string", "Provider.", required=True),
            field("kind", "string", "Kind of provider.", enum=PROVIDER_KINDS, required=True),
            field("iso3", "string", "The country, or the organisation's home."),
            field(
                "share_pct",
                "number",
                "Share of the world market; empty when only the name is given.",
                unit="%",
            ),
            field("year", "year", "Year of the share.", required=True),
        ),
        key=("input", "provider"),
        foreign=(
            (("input",), "chip_inputs", ("input",)),
            (("provider",), "chip_providers", ("provider",)),
            (("iso3",), "states", ("iso3",)),
        ),
        coverage="2019-2025, 126 inputs and stages",
        as_of="2026-08",
        caveats=(
            NC,
            VINTAGES,
            "Countries and organisations are two separate accounts of the same market: filter on kind "
            "before adding.",
            "For 96 inputs the countries' shares add up to 99-102 %; for the rest no or not all "
            "countries have a share, "
            "and an organisation often has none. Empty is not zero.",
            "A country's share is that of firms with their seat there. The residual counts as one "
            "provider in a "
            "concentration index unless it is taken out.",
        ),
        dropped=("The notes on sources, which are the publisher's text.",),
    ),
    Table(
        name="chip_edges",
        title="How chip inputs hang together",
        description="Which input goes into which, and which is a kind of which.",
        theme="data_flows",
        sources=SOURCE,
        fields=(
            _input,
            field("relation", "string", "Kind of link.", enum=("goes into", "is a kind of"), required=True),
            field("target", "string", "The other input.", required=True),
        ),
        key=("input", "relation", "target"),
        foreign=(
            (("input",), "chip_inputs", ("input",)),
            (("target",), "chip_inputs", ("input",)),
        ),
        coverage="139 links",
        as_of="2026-08",
        caveats=(NC,),
    ),
]


def market(text: str) -> tuple[float | None, str, str]:
    """A market size as (million USD, year, scope) from "$56.2 billion (microprocessors) (2019)"."""
    if not text:
        return None, "", ""
    m = re.fullmatch(r"\$([\d.]+) (million|billion)((?: \([^)]*\))*)", text.strip())
    if m is None:
        raise ValueError(f"not a market size: {text!r}")
    notes = re.findall(r"\(([^)]*)\)", m[3])
    year = next((n for n in notes if re.fullmatch(r"\d{4}", n)), "")
    scope = "; ".join(n for n in notes if n != year)
    return round(float(m[1]) * (1000 if m[2] == "billion" else 1), 3), year, scope


def _market_columns(frame: pd.DataFrame) -> pd.DataFrame:
    made = [market(t) for t in frame.market_share_chart_global_market_size_info]
    return pd.DataFrame(made, columns=["market_musd", "market_year", "market_scope"], index=frame.index)


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The six tables."""
    inputs, stages = raw.csv("eto_inputs"), raw.csv("eto_stages")
    stage = pd.concat(
        [stages[["stage_id", "stage_name"]].set_axis(["stage", "name"], axis=1), _market_columns(stages)],
        axis=1,
    )
    named = pd.DataFrame(
        {
            "input": inputs.input_id,
            "name": inputs.input_name,
            "kind": inputs.type.map(_KIND),
            "stage": inputs.stage_id,
        }
    )
    whole = stage.assign(input=stage.stage, kind="stage")
    items = pd.concat([pd.concat([named, _market_columns(inputs)], axis=1), whole], ignore_index=True)

    p = raw.csv("eto_providers")
    kind = p.provider_type.map({"country": "country", "organization": "organisation"})
    kind = kind.mask(p.provider_name == "Various countries", "residual")
    iso3 = p.provider_name.where(kind == "country", p.country).replace(
        {"EUR": "EUU", "Various countries": ""}
    )
    label = p.provider_name.where((kind == "organisation") | (p.alias == ""), p.alias)
    providers = pd.DataFrame(
        {"provider": p.provider_id, "name": label, "kind": kind, "iso3": iso3}
    ).drop_duplicates()
    names = pd.DataFrame({"provider": p.provider_id, "name": p.alias})
    names = names[(names.name != "") & (kind == "organisation")]
    v = raw.csv("eto_provision")
    shares = v.merge(
        providers.drop(columns="name"), left_on="provider_id", right_on="provider", validate="m:1"
    )
    shares = shares.rename(columns={"provided_id": "input", "share_provided": "share_pct"})
    shares["share_pct"] = pd.to_numeric(shares.share_pct)

    s = raw.csv("eto_sequence")
    edges = [
        s[s[f"{c}_id"] != ""].assign(relation=r, target=lambda t, c=c: t[f"{c}_id"])
        for c, r in (("goes_into", "goes into"), ("is_type_of", "is a kind of"))
    ]
    edges = pd.concat(edges, ignore_index=True).rename(columns={"input_id": "input"})
    return {
        "chip_stages": stage[["stage", "name", "market_musd", "market_year"]],
        "chip_inputs": items[
            ["input", "name", "kind", "stage", "market_musd", "market_year", "market_scope"]
        ],
        "chip_providers": providers,
        "chip_provider_names": names,
        "chip_shares": shares[["input", "provider", "kind", "iso3", "share_pct", "year"]],
        "chip_edges": edges[["input", "relation", "target"]],
    }
