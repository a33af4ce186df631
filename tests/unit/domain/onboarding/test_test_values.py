"""What tests may ask for is documented, by every ZIP code."""

from pathlib import Path

from app.domain.onboarding.test_values import TABLE

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "dialects.md"


def test_every_rehearsal_stands_in_the_documentation() -> None:
    text = DOCUMENT.read_text()
    for each in TABLE:
        zips = ", ".join(f"`{zip_code}`" for zip_code in each.zips)
        assert f"| {zips} | {each.says} |" in text
