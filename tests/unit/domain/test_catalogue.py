"""The index that spares a scan of the campaigns."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.catalogue import counted_cap, counted_caps, index_campaigns, with_limits
from app.domain.territory import Territory
from tests.build import NOW, campaign, cap, catalogue, seller

STATES = st.frozensets(st.sampled_from(["TX", "CA", "NY"]), max_size=2)
ZIPS = st.sampled_from(["11111", "11222", "22111", "77711"])
PREFIXES = st.sampled_from(["1", "11", "112", "2", "7771"])
TERRITORIES = st.builds(
    Territory,
    states=STATES,
    prefixes=st.lists(PREFIXES, max_size=2).map(tuple),
    zips=st.frozensets(ZIPS, max_size=2),
    not_states=STATES,
    not_zips=st.frozensets(ZIPS, max_size=2),
)
CAMPAIGNS = st.lists(st.tuples(TERRITORIES, st.sampled_from(["solar", "roofing"])), max_size=6)


@given(CAMPAIGNS, ZIPS, st.sampled_from(["TX", "CA", "NY", ""]))
def test_the_index_finds_every_campaign_that_covers_a_place_in_declared_order(
    declared: list[tuple[Territory, str]], zip_code: str, state: str
) -> None:
    campaigns = tuple(
        campaign(name=str(number), territory=territory, vertical=vertical)
        for number, (territory, vertical) in enumerate(declared)
    )
    found = index_campaigns(campaigns).candidates("solar", zip_code, state)
    covering = [one for one in campaigns if one.vertical == "solar" and one.territory.covers(zip_code, state)]
    assert [one for one in found if one.territory.covers(zip_code, state)] == covering
    assert found == sorted(found, key=lambda one: int(one.name))
    assert len({one.name for one in found}) == len(found)
    assert {one.vertical for one in found} <= {"solar"}


def test_campaigns_elsewhere_are_not_even_looked_at() -> None:
    texas, california = campaign(), campaign(name="ca", territory=Territory(prefixes=("900",)))
    index = index_campaigns((texas, california))
    assert index.candidates("solar", "78701", "TX") == [texas]
    assert index.candidates("solar", "90001", "CA") == [california]
    assert index.candidates("solar", "10001", "NY") == []
    assert index.candidates("roofing", "78701", "TX") == []
    assert index.verticals == {"solar"}


def test_a_bid_names_its_campaign_by_its_place_in_what_was_declared() -> None:
    whole = catalogue([campaign(), campaign(name="other")])
    assert [whole.configuration.campaign_of(whole.tags[name]) for name in whole.tags] == [
        campaign(),
        campaign(name="other"),
    ]
    assert catalogue().configuration.campaign_of(whole.tags["other"]) is None


def test_what_was_declared_holds_no_plans_of_caps() -> None:
    planned = campaign(schedule=replace(campaign().schedule, traffic=(1.0,) * 168))
    assert catalogue([planned]).configuration.campaigns == (campaign(),)


def test_another_limit_of_a_cap_holds_everywhere_and_nowhere_else() -> None:
    caps = (cap(name="daily", limit=10), cap(name="budget", limit=99))
    declared = catalogue([campaign(caps=caps), campaign(name="other")])
    limited = with_limits(declared, {"solar-tx/daily": 25, "nobody/none": 1})
    by_index = limited.index.candidates("solar", "78701", "TX")[0]
    assert [[each.limit for each in one.caps] for one in (limited.campaigns["solar-tx"], by_index)] == [[25, 99]] * 2
    # What has not changed is the same value, so that no counter is declared anew.
    assert limited.campaigns["solar-tx"].caps[1] is caps[1]
    assert declared.campaigns["solar-tx"].caps[0].limit == 10
    assert with_limits(declared, {}) is declared


def test_the_cap_of_a_counter_is_found_by_its_key_while_its_window_is_open() -> None:
    buying = campaign(caps=(cap(limit=10), cap(name="east", scope="campaign_territory", limit=3)))
    selling = seller(caps=(cap(name="hourly", owner="acme", scope="seller", window="hour"),))
    declared = catalogue([buying], [selling])
    for key, counted, schedule in counted_caps(buying, selling, "78701", "TX", NOW):
        assert counted_cap(declared, key, NOW) == (key, counted, schedule)
        assert counted_cap(declared, key, NOW + 86_400.0) is None
    assert counted_cap(declared, "campaign/gone/daily//2026-11-20", NOW) is None
    assert counted_cap(declared, "quota", NOW) is None
