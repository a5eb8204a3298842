"""What governments ask of platforms: removals and data (Google, Apple, GitHub, Naver, Kakao)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3, iso3_of_alpha2

OTHERS = ("INTERPOL", "EUROPOL", "UNKNOWN", "ALL")
_HALF = field(
    "half",
    "string",
    "Half-year as 2021H1; a whole year (2021) where the company reports by year.",
    required=True,
)
_YEAR = field("year", "year", "Year of that half.", required=True)
_ASKER = field(
    "asker",
    "string",
    "Alpha-3 code of the asking country, or INTERPOL, EUROPOL, UNKNOWN, ALL (not given by country).",
    required=True,
)
_ISO3 = field("iso3", "string", "The asking country; empty for what is no country.")
HOLLOW = (
    "Company figures: each counts in its own way, so compare countries within one company, not companies."
)
REMOVAL_COMPANIES = ("Google", "Apple", "GitHub")
DATA_COMPANIES = ("Apple", "GitHub", "Naver", "Kakao")
OUTCOMES = {
    "removed_legal": "removed_law",
    "removed_policy": "removed_rules",
    "not_found": "not_found",
    "not_enough_info": "too_little_information",
    "no_action": "no_action",
    "already_removed": "already_removed",
}

TABLES = [
    Table(
        name="removal_requests",
        title="Government requests to remove content",
        description="Requests of governments and courts to take content or apps down, by country, "
        "half-year, reason and product.",
        theme="data_flows",
        sources=("google_removals", "apple_requests", "github_transparency"),
        fields=(
            field("company", "string", "Company asked.", enum=REMOVAL_COMPANIES, required=True),
            _HALF,
            _YEAR,
            _ASKER,
            _ISO3,
            field("branch", "string", "Branch of the state that asked, in Google's words.", required=True),
            field(
                "product",
                "string",
                "Product concerned; Unnamed where the company left it empty.",
                required=True,
            ),
            field("reason", "string", "Reason, in the company's words.", required=True),
            field("n", "integer", "Requests.", unit="requests"),
            field("items", "integer", "Items the requests named.", unit="items"),
            *(
                field(new, "integer", f"Items: {text}.", unit="items")
                for new, text in (
                    ("removed_law", "removed for legal reasons"),
                    ("removed_rules", "removed under the company's own rules"),
                    ("not_found", "not found"),
                    ("too_little_information", "not enough information given"),
                    ("no_action", "left as they were"),
                    ("already_removed", "gone already"),
                )
            ),
        ),
        key=("company", "half", "asker", "branch", "product", "reason"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="Google 2011H1-2025H2, Apple 2018H2-2021H2, GitHub 2021-2025",
        as_of="2026-07-01",
        caveats=(
            "Google published shares removed by request before 2019 and by item since; its item outcomes for "
            "2011 to 2018 look computed backwards, so do not join the two into one share.",
            "Google leaves out child sexual abuse imagery and counts a follow-up as a new request.",
            HOLLOW,
            "Count requests or items, not both alike: one Google request can name thousands of items.",
            "Reasons and products are the company's own labels, and they changed over the years.",
            "A low count can mean that the service is blocked (China) or little used, not that a state "
            "asks little.",
            "A country without a row asked nothing that was counted.",
            "Google's outcomes add up to the items in 99.7 % of its rows; the rest is as published.",
            "Google's code UK (one row) is the United Kingdom; INTERPOL, EUROPOL and an empty code "
            "(UNKNOWN) have no country.",
            "Apple: requests to take apps down, items are apps. GitHub: by year, n is requests received; "
            "what was removed "
            "is counted in repositories, so it can be more than n.",
            "Apple and GitHub do not tell the branch; GitHub does not tell the reason (Not given).",
        ),
        dropped=(
            "GitHub's counts of accounts and pages touched by a takedown, and its figures that do not "
            "concern requests of "
            "governments (appeals, DMCA, automated detection, average users).",
            "Apple's appeals against app removals.",
        ),
    ),
    Table(
        name="data_requests",
        title="Government requests for user data",
        description="Requests for data on devices, accounts or users, by company, country, half-year and "
        "kind of request.",
        theme="data_flows",
        sources=("apple_requests", "github_transparency", "korea_transparency"),
        fields=(
            field("company", "string", "Company asked.", enum=DATA_COMPANIES, required=True),
            field(
                "service",
                "string",
                "Service, where the company splits its figures (Kakao: Daum, Kakao).",
                required=True,
            ),
            _HALF,
            _YEAR,
            _ASKER,
            _ISO3,
            field("request_type", "string", "Kind of request, in the company's words.", required=True),
            field("requests", "integer", "Requests received.", unit="requests"),
            field(
                "items", "integer", "Devices, accounts or identifiers named; see unit_of_items.", unit="items"
            ),
            field("unit_of_items", "string", "What the items are."),
            field(
                "provided",
                "integer",
                "Requests where data was given or the step was taken.",
                unit="requests",
            ),
            field("provided_content", "integer", "Of these, content of accounts (Apple).", unit="requests"),
            field("rejected", "integer", "Requests challenged or rejected (Apple).", unit="requests"),
        ),
        key=("company", "service", "half", "asker", "request_type"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="Apple 2013H1-2025H1, GitHub 2019-2025, Naver and Kakao 2012H1-2025H2",
        as_of="2026-07-01",
        caveats=(
            HOLLOW,
            "Empty is not reported for that kind of request, not zero.",
            "GitHub tells kinds of requests without countries (asker ALL) and cross-border requests by "
            "country "
            "(cross-border by country): the second is part of the first, do not add them.",
            "GitHub's disclosures of a year can be more than what it received that year.",
            "Naver and Kakao: Korean authorities only (KOR). Naver's user information of 2012 stands "
            "with 0 requests and "
            "16,549 provided, as in the copy.",
            "Naver and Kakao: the accounts belong to the requests that were answered. Where the copy writes "
            "-1 for Kakao's accounts, the table has nothing.",
            "Apple's device requests hold lost and stolen phones; an account request is the closer one "
            "to surveillance.",
        ),
        dropped=(
            "Bands of US national-security requests (Apple's are not in the copy; GitHub's 48 rows are "
            "ranges, not counts).",
            "Rates and averages that follow from the counts; Apple's counts of accounts preserved, "
            "restricted or deleted.",
            "GitHub's civil subpoenas (no government asks) and its totals of accounts.",
            "Apple's app removals, which are in removal_requests.",
        ),
    ),
]

_APPLE_UNITS = {
    "device": "devices",
    "account": "accounts",
    "account_preservation": "accounts",
    "account_restriction_deletion": "accounts",
    "financial_identifier": "financial identifiers",
    "push_token": "push tokens",
}
_APPLE_REMOVALS = {
    "app_takedown_legal_violation": ("Legal violation", "removed_law"),
    "app_takedown_platform_policy": ("Platform policy violation", "removed_rules"),
}


def _number(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values.replace({"": None}))


def _google(raw: Raw) -> pd.DataFrame:
    d = raw.csv("google_removals")
    asker = d.country_code.replace({"": "UNKNOWN", "UK": "GB"})
    code = iso3_of_alpha2(asker, "removal_requests", dict.fromkeys(OTHERS, ""))
    out = pd.DataFrame(
        {
            "company": "Google",
            "half": d.half,
            "asker": code.where(code != "", asker),
            "iso3": code,
            "branch": d.requestor.replace({"Supression Orders": "Suppression Orders"}),
            "product": d["product"].replace({"": "Unnamed"}),
            "reason": d.reason,
            "n": _number(d.num_requests),
            "items": _number(d.items_requested),
        }
    )
    return out.assign(**{new: _number(d[old]) for old, new in OUTCOMES.items()})


def _apple(raw: Raw) -> pd.DataFrame:
    d = raw.csv("apple_requests")
    code = iso3(d.country, "data_requests", {"N/A": "", "China mainland": "CHN"})
    return d.assign(
        company="Apple", half=d.period.str.replace(" ", ""), iso3=code, asker=code.mask(code == "", "UNKNOWN")
    )


def _apple_removals(raw: Raw) -> pd.DataFrame:
    d = _apple(raw)
    d = d[d.request_type.isin(_APPLE_REMOVALS)]
    out = d[["company", "half", "asker", "iso3"]].assign(
        branch="Not given",
        product="App Store",
        reason=d.request_type.map({k: v[0] for k, v in _APPLE_REMOVALS.items()}),
        n=_number(d.requests_received),
        items=_number(d.items_specified),
    )
    for kind, (_, column) in _APPLE_REMOVALS.items():
        out[column] = _number(d.apps_removed).where(d.request_type == kind)
    return out


def _github(raw: Raw, dataset: str) -> pd.DataFrame:
    d = raw.csv("github_transparency")
    d = d[d.dataset == dataset]
    code = iso3_of_alpha2(d.iso2, "github")
    return d.assign(
        company="GitHub", half=d.year, iso3=code, asker=code.mask(code == "", "ALL"), n=_number(d.count_low)
    )


def _github_removals(raw: Raw) -> pd.DataFrame:
    got = _github(raw, "government_takedowns_received")
    out = got[["company", "half", "asker", "iso3", "n"]].assign(
        branch="Not given", product="GitHub", reason="Not given"
    )
    done = _github(raw, "government_takedowns_processed")
    done = done[done.metric == "repos_affected"].pivot(index=["half", "iso3"], columns="category", values="n")
    done = done.rename(columns={"Local law": "removed_law", "Terms of service": "removed_rules"})
    return out.merge(done.reset_index(), on=["half", "iso3"], how="outer", validate="1:1")


def _apple_data(raw: Raw) -> pd.DataFrame:
    d = _apple(raw)
    d = d[~d.request_type.isin(_APPLE_REMOVALS)]
    content, rest = _number(d.content_provided), _number(d.noncontent_provided)
    return d[["company", "half", "asker", "iso3", "request_type"]].assign(
        service="Apple",
        requests=_number(d.requests_received),
        items=_number(d.items_specified),
        unit_of_items=d.request_type.map(_APPLE_UNITS).where(d.items_specified != ""),
        provided=_number(d.requests_data_provided).fillna(content + rest),
        provided_content=content,
        rejected=_number(d.requests_challenged_rejected),
    )


def _github_data(raw: Raw) -> pd.DataFrame:
    kinds = _github(raw, "user_info_requests")
    kinds = kinds[kinds.category != "civil subpoena"]
    kinds = kinds.pivot(index=["company", "half", "asker", "iso3", "category"], columns="metric", values="n")
    kinds = kinds.reset_index().rename(
        columns={"category": "request_type", "received": "requests", "disclosed": "provided"}
    )
    abroad = _github(raw, "cross_border_data_requests")
    abroad = abroad[["company", "half", "asker", "iso3"]].assign(
        request_type="cross-border by country", requests=abroad.n
    )
    return pd.concat([kinds, abroad], ignore_index=True).assign(service="GitHub")


def _korea(raw: Raw) -> pd.DataFrame:
    d = raw.csv("korea_transparency")
    d = d[d.unit == "count"].assign(value=_number(d.value))
    d = d.pivot(index=["platform", "service", "period", "category"], columns="metric", values="value")
    d = d.reset_index()
    return pd.DataFrame(
        {
            "company": d.platform,
            "service": d.service.where(d.service != "", d.platform),
            "half": d.period.str.replace("-", ""),
            "asker": "KOR",
            "iso3": "KOR",
            "request_type": d.category,
            "requests": d.requests,
            "items": d.accounts.where(d.accounts >= 0),
            "unit_of_items": pd.Series("accounts", d.index).where(d.accounts >= 0),
            "provided": d.processed,
        }
    )


def _finish(parts: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    out = pd.concat(parts, ignore_index=True)
    out["year"] = out.half.str[:4]
    return out.reindex(columns=table.columns)


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Both tables, all companies below each other."""
    removals, data = TABLES
    return {
        "removal_requests": _finish([_google(raw), _apple_removals(raw), _github_removals(raw)], removals),
        "data_requests": _finish([_apple_data(raw), _github_data(raw), _korea(raw)], data),
    }
