"""What a mistyped or an old key is answered with."""

from app.config.file.problem import RENAMED, did_you_mean
from app.config.schema import BuyerTable, CampaignTable, SellerTable
from tests.table import each_row

TABLES = (BuyerTable, CampaignTable, SellerTable)
KEYS = {name: table for table in TABLES for name in table.__struct_encode_fields__}


@each_row("old", RENAMED)
def test_an_old_key_is_answered_with_todays(old: str) -> None:
    for name in RENAMED[old]:
        assert f"`{name}`" in did_you_mean(old, KEYS[name].__struct_encode_fields__)


def test_an_old_key_is_no_answer_where_todays_does_not_belong() -> None:
    assert "called" not in did_you_mean("kappa", BuyerTable.__struct_encode_fields__)


def test_a_mistyped_key_is_answered_with_the_nearest() -> None:
    assert did_you_mean("time_zon", BuyerTable.__struct_encode_fields__) == "did you mean `time_zone`?"
