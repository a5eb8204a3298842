"""Threat actors and their many names (MISP Galaxy) and ATT&CK groups and campaigns (MITRE)."""

from __future__ import annotations

import unicodedata

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3, iso3_of_alpha2

MITRE = (
    "(c) 2025 The MITRE Corporation. Reproduced and distributed with the permission of The MITRE Corporation."
)
CLAIM = (
    "Where an actor is from is a claim that firms and observers made; the catalogue does not say who or "
    "when. "
    "An empty country means no claim in it."
)
SPONSORS = {
    "Unknown": "",
    "People's Republic of China": "CHN",
    "US": "USA",
}
# Victims that are no state: regions, alliances, peoples, firms and offices.
NO_STATE = """
Asia; Asia Pacific Economic Cooperation; Association of Southeast Asian Nations; AT&T; Bangladesh Bank;
Bank of America; BB&T; Capital One; Central Asia; Citigroup; Cryptocurrency exchanges in South Korea;
East Asia; Eastern Europe; Europe; European Commission; Fifth Third Bank; Global; HSBC; International
Association of Athletics Federations; Iranian internet activists; Korea Institute for Defense Analyses;
Kurdistan; Middle East; Ministry of Unification; NATO; North America; Northeast Africa; NYSE; OSCE; PNC;
Sejong Institute; Sony Pictures Entertainment; South America; South Asia; Southeast Asia; Southeast
Asian; Southern Africa; The Middle East; U.S. government/defense sector websites; U.S. satellite and
aerospace sector; Uighurs; US Bancorp; Wells Fargo; World Anti-Doping Agency
"""
VICTIMS = dict.fromkeys((" ".join(v.split()) for v in NO_STATE.split(";")), "")
VICTIMS |= {"The Philippines": "PHL", "Lebonon": "LBN", "Gaza": "PSE"}

TABLES = [
    Table(
        name="threat_actors",
        title="Threat actors in the MISP Galaxy",
        description="Actors that security firms and others track, with the country they are said to be from.",
        theme="sovereignty",
        sources=("misp_threat_actors",),
        fields=(
            field("actor", "string", "Main name in the catalogue.", required=True),
            field("uuid", "string", "Identifier in the catalogue.", required=True),
            field("claimed_iso3", "string", "Country the actor is said to be from."),
            field("sponsor_iso3", "string", "State said to be behind it, as CFR's tracker had it."),
            field(
                "sponsor_status",
                "string",
                "Named, unknown (CFR says so), or not stated (no entry).",
                enum=("named", "unknown", "not stated"),
                required=True,
            ),
            field("confidence", "integer", "Attribution confidence in the catalogue.", unit="0-100"),
            field("n_names", "integer", "Names in all, the main one included.", unit="names", required=True),
            field("n_references", "integer", "References listed.", unit="references", required=True),
            field(
                "n_related", "integer", "Links to other entries of the Galaxy.", unit="links", required=True
            ),
        ),
        key=("actor",),
        foreign=(
            (("claimed_iso3",), "states", ("iso3",)),
            (("sponsor_iso3",), "states", ("iso3",)),
        ),
        coverage="1,041 actors, August 2026",
        as_of="2026-08-06",
        caveats=(
            CLAIM,
            "565 of 1,041 actors have no country, and 942 no state behind them: no basis for shares of "
            "the world.",
            "The confidence is given for 164 actors and is 50 for 155 of them: a default, not a measurement.",
            "State sponsors were taken over from CFR's tracker and exist for 99 actors.",
            "Kept by volunteers, fullest for groups that firms in the West write about. No dates of "
            "activity.",
            "One group can be several entries and one entry several groups: names are what observers "
            "chose to call it.",
        ),
        dropped=("Descriptions, and fields that few entries have (motive, sectors, types of incident).",),
    ),
    Table(
        name="threat_actor_names",
        title="Names of threat actors",
        description="Every name of every actor in MISP and every group in ATT&CK, one row a name.",
        theme="sovereignty",
        sources=("misp_threat_actors", "mitre_attack"),
        fields=(
            field("source", "string", "Catalogue.", enum=("MISP", "ATT&CK"), required=True),
            field("actor", "string", "Main name (MISP) or number of the group (ATT&CK).", required=True),
            field("name", "string", "Name or alias.", required=True),
            field("main", "boolean", "It is the catalogue's main name.", required=True),
            field(
                "key",
                "string",
                "The name in lower case, letters and digits only: for matching.",
                required=True,
            ),
        ),
        key=("source", "actor", "name"),
        coverage="1,041 MISP actors and 172 ATT&CK groups",
        as_of="2026-08-06",
        caveats=(
            "The same alias under two actors is a disagreement of observers or a mix-up; a shared name "
            "is no proof "
            "that two groups are one.",
            "Some MISP aliases are numbers of ATT&CK groups (G0006).",
            MITRE,
        ),
    ),
    Table(
        name="threat_actor_victims",
        title="Suspected victims of threat actors",
        description="Countries and others that the catalogue names as suspected victims, one row a pair.",
        theme="sovereignty",
        sources=("misp_threat_actors",),
        fields=(
            field("actor", "string", "Main name in the catalogue.", required=True),
            field("victim", "string", "Victim, as the catalogue writes it.", required=True),
            field("iso3", "string", "Country; empty for regions, organisations and firms."),
        ),
        key=("actor", "victim"),
        foreign=((("actor",), "threat_actors", ("actor",)), (("iso3",), "states", ("iso3",))),
        coverage="146 actors",
        as_of="2026-08-06",
        caveats=(
            "Taken over from CFR's tracker for 146 actors: silent on the other 895.",
            "Hong Kong stands for itself. Regions, alliances and firms have no code.",
        ),
    ),
    Table(
        name="attack_groups",
        title="Groups in MITRE ATT&CK",
        description="Live groups of ATT&CK Enterprise with the number of techniques and pieces of "
        "software tied to them.",
        theme="sovereignty",
        sources=("mitre_attack",),
        fields=(
            field("group", "string", "Number of the group.", required=True),
            field("name", "string", "Name.", required=True),
            field("created_on", "date", "Day the entry was made.", required=True),
            field("modified_on", "date", "Day of the last change.", required=True),
            field("n_techniques", "integer", "Techniques used directly.", unit="techniques", required=True),
            field("n_software", "integer", "Pieces of software.", unit="pieces", required=True),
            field("url", "string", "Page of the group.", required=True),
        ),
        key=("group",),
        coverage="172 groups, version 18.1",
        as_of="2025-11-13",
        caveats=(
            MITRE,
            "ATT&CK has no country field: what state a group is tied to stands in its prose only.",
            "The day of the entry is not the day a group appeared.",
            "Techniques count direct use; those of the group's software are not in it.",
        ),
        dropped=("15 deprecated or revoked groups; descriptions; the lists of techniques and software.",),
    ),
    Table(
        name="attack_campaigns",
        title="Campaigns in MITRE ATT&CK",
        description="Campaigns of ATT&CK Enterprise with first and last activity.",
        theme="sovereignty",
        sources=("mitre_attack",),
        fields=(
            field("campaign", "string", "Number of the campaign.", required=True),
            field("name", "string", "Name; often the number again.", required=True),
            field("first_seen", "date", "First activity.", required=True),
            field(
                "first_seen_precision",
                "string",
                "Month where the day is the first of a month, as ATT&CK mostly writes it.",
                enum=("day", "month"),
                required=True,
            ),
            field("last_seen", "date", "Last activity.", required=True),
            field("last_seen_precision", "string", "As above.", enum=("day", "month"), required=True),
            field("n_techniques", "integer", "Techniques.", unit="techniques", required=True),
            field("n_software", "integer", "Pieces of software.", unit="pieces", required=True),
            field("url", "string", "Page of the campaign.", required=True),
        ),
        key=("campaign",),
        coverage="52 campaigns, 2004-2025",
        as_of="2025-11-13",
        caveats=(
            MITRE,
            "A choice of well-described campaigns, not a census.",
            "C0059 (2025) stands with a first activity of October 2004: most likely a slip in the "
            "source, kept as it is.",
        ),
        dropped=("Descriptions.",),
    ),
    Table(
        name="attack_campaign_groups",
        title="Who ATT&CK ties to a campaign",
        description="Groups that ATT&CK ties to a campaign, one row a pair.",
        theme="sovereignty",
        sources=("mitre_attack",),
        fields=(
            field("campaign", "string", "Campaign.", required=True),
            field("group", "string", "Group.", required=True),
        ),
        key=("campaign", "group"),
        foreign=(
            (("campaign",), "attack_campaigns", ("campaign",)),
            (("group",), "attack_groups", ("group",)),
        ),
        coverage="Campaigns with a group named",
        as_of="2025-11-13",
        caveats=(MITRE, "A campaign without a row has no group named: not attributed is not nobody."),
    ),
]


def key(name: str) -> str:
    """A name in lower case, letters and digits only, for matching; other scripts stay."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c.isalnum())


def _split(values: pd.Series) -> pd.Series:
    return values.str.split(" | ", regex=False)


def _aliases(frame: pd.DataFrame, source: str, actor: str, aliases: str) -> pd.DataFrame:
    """Main name and aliases; an alias that only repeats a name in another case is kept once."""
    main = pd.DataFrame({"actor": frame[actor], "name": frame.name, "main": True})
    more = pd.DataFrame({"actor": frame[actor], "name": _split(frame[aliases])})
    more = more.explode("name", ignore_index=True).assign(main=False)
    out = pd.concat([main, more], ignore_index=True)
    out["name"] = out.name.str.strip()
    out = out[out.name != ""].drop_duplicates(["actor", "name"])
    out["key"] = out.name.map(key)
    return out.assign(source=source)


def _precision(days: pd.Series) -> pd.Series:
    return days.str.endswith("-01").map({True: "month", False: "day"})


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The six tables."""
    m = raw.csv("misp_threat_actors")
    names = _aliases(m, "MISP", "name", "synonyms")
    actors = pd.DataFrame(
        {
            "actor": m.name,
            "uuid": m.uuid,
            "claimed_iso3": iso3_of_alpha2(m.country, "threat_actors"),
            "sponsor_iso3": iso3(m.state_sponsor, "threat_actors", SPONSORS),
            "sponsor_status": m.state_sponsor.map({"": "not stated", "Unknown": "unknown"}).fillna("named"),
            "confidence": m.attribution_confidence,
            "n_names": m.name.map(names.groupby("actor").size()),
            "n_references": m.n_refs,
            "n_related": m.n_related,
        }
    )
    victims = pd.DataFrame({"actor": m.name, "victim": _split(m.suspected_victims)})
    victims = victims.explode("victim", ignore_index=True)
    victims["victim"] = victims.victim.str.strip()
    victims = victims[victims.victim != ""].drop_duplicates()
    victims["iso3"] = iso3(victims.victim, "threat_actor_victims", VICTIMS)

    g, c = raw.csv("attack_groups"), raw.csv("attack_campaigns")
    known = pd.concat(
        [
            g[["group_id", "name"]],
            _aliases(g, "ATT&CK", "group_id", "aliases").rename(columns={"actor": "group_id"}),
        ]
    )
    number = known.drop_duplicates("name").set_index("name").group_id
    tied = pd.DataFrame({"campaign": c.campaign_id, "name": _split(c.attributed_groups)})
    tied = tied.explode("name", ignore_index=True).query("name != ''")
    tied["group"] = tied.name.map(number)
    return {
        "threat_actors": actors,
        "threat_actor_names": pd.concat(
            [names, _aliases(g, "ATT&CK", "group_id", "aliases")], ignore_index=True
        ),
        "threat_actor_victims": victims,
        "attack_groups": pd.DataFrame(
            {
                "group": g.group_id,
                "name": g.name,
                "created_on": g.created,
                "modified_on": g.modified,
                "n_techniques": g.n_techniques,
                "n_software": g.n_software,
                "url": g.url,
            }
        ),
        "attack_campaigns": pd.DataFrame(
            {
                "campaign": c.campaign_id,
                "name": c.name,
                "first_seen": c.first_seen,
                "first_seen_precision": _precision(c.first_seen),
                "last_seen": c.last_seen,
                "last_seen_precision": _precision(c.last_seen),
                "n_techniques": c.n_techniques,
                "n_software": c.n_software,
                "url": c.url,
            }
        ),
        "attack_campaign_groups": tied[["campaign", "group"]],
    }
