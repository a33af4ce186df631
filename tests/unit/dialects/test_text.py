"""What says that there is no value: for machines, for people, and of templates whose variables nobody filled."""

from app.dialects.text import is_absent, printable, says_nothing, text_of
from app.dialects.values import fields, kinds
from app.dialects.values.kinds import Noted, Trouble
from app.domain.consent.unfilled import is_unfilled
from app.domain.vertical import Field
from tests.table import each_row

UNFILLED = [
    *(
        "{{bill}}",
        "{{ bill }}",
        "{{{bill}}}",
        "{{contact.field_12345}}",
        "{{lead|default:''}}",
        "{bill}",
        "{!Lead.Zip}",
    ),
    *(
        "${bill}",
        "#{bill}",
        "@{bill}",
        "%{bill}",
        "$bill$",
        "$bill",
        "$lead['bill']",
        "<?= $bill ?>",
        "<?php echo $bill; ?>",
        "$(bill)",
        "[bill]",
        "[[bill]]",
        "[%bill%]",
        "[Electric bill]",
    ),
    *("<bill>", "<<bill>>", "<%= bill %>", "{% bill %}", "%bill%", "%%bill%%", "#bill#", "##bill##", "__BILL__"),
    *(
        "*|BILL|*",
        "@bill@",
        "~bill~",
        "|bill|",
        "«bill»",
        "‹bill›",
        "!!bill!!",
        "[object Object]",
        "{{xxTrustedFormCertUrl}}",
    ),
]
FILLED = [
    *("$185", "$151-200", "100%", "#12 Main St", "#1", "@emma", "<100", "< 100", "[fb] ads", "_x", "*", "-1", "%20"),
    *("<emma@mail.net>", "<https://cert.trustedform.com/0f0f>", "{4F0C3B1E-72A9-D05C-86E3-1B94F7D2058A}"),
    *("{AF0C3B1E-72A9-D05C-86E3-1B94F7D2058A}", f"[{'af' * 20}]", "{}", "[]", "{{}}", "bill", "$5$"),
]


@each_row("text", UNFILLED)
def test_a_variable_that_was_left_unfilled_is_known_by_its_shape(text: str) -> None:
    assert is_unfilled(text)
    assert is_absent(text)


@each_row("text", FILLED)
def test_what_merely_stands_in_brackets_is_a_value(text: str) -> None:
    assert not is_unfilled(text)


@each_row(
    "text",
    ["", "NA", "n/a", "N.A.", "#N/A", "null", "undefined", "NaN", "nil", "-", "--", "—", "?", "$", "\\N", "[]", "{}"],
)
def test_machines_have_their_words_for_nothing(text: str) -> None:
    assert is_absent(text)
    assert says_nothing(text)


@each_row(
    "text",
    [
        *("None", "unknown", "Not Provided", "not_available", "-- Select --", "Select one...", "prefer not to say"),
        *("(blank)", "<none>", "I don't know", "TBD", "pending", "#REF!", "No answer", "Declined to answer", "Array"),
    ],
)
def test_people_have_more_of_them_for_what_is_no_text(text: str) -> None:
    assert says_nothing(text)
    for read in (kinds.boolean, kinds.number(), kinds.integer(), kinds.day, fields.moment, fields.min_price):
        assert read(text) in (None, kinds.unread("[x]", ""))


@each_row("text", ["0", "no", "false", "none of these", "nonesuch", "Nadia", "Nilsson", "unknown caller"])
def test_a_value_is_not_taken_for_nothing(text: str) -> None:
    assert not says_nothing(text)


def test_a_declared_value_counts_before_the_words_for_nothing() -> None:
    read = kinds.choice(("none", "some", "unknown"))
    assert [read(raw) for raw in ("None", "unknown", "n/a", "not sure")] == ["none", "unknown", None, None]
    assert kinds.text(40)("none") == "none"


def test_an_unfilled_variable_is_missing_with_a_warning() -> None:
    unfilled = Noted(None, "a variable that was left unfilled; read as missing")
    for read in (
        kinds.boolean,
        kinds.number(),
        kinds.choice(("a", "b")),
        kinds.text(64),
        fields.zip_code,
        fields.state,
    ):
        assert read("{{value}}") == unfilled


@each_row(
    ("name", "raw", "value"),
    [
        ("homeowner", "Own", True),
        ("homeowner", "owner", True),
        ("homeowner", "I own my home", True),
        ("homeowner", "Rent", False),
        ("homeowner", "renter", False),
        ("homeowner", "Renting", False),
        ("is_renter", "rent", True),
        ("is_renter", "own", False),
        ("homeowner", "Yes, I own", True),
        ("homeowner", "No, I rent", False),
        ("insured", "Yes!", True),
        ("insured", "Sí", True),
        ("insured", "1.0", True),
        ("insured", "0.0", False),
        ("currently_insured", "own", None),
        ("parent", "rent", None),
        ("homeowner", "no idea", None),
        ("homeowner", "landlord", None),
        ("homeowner", "Owner Occupied", True),
        ("homeowner", "own, with a mortgage", True),
        ("homeowner", "yes - own", True),
        ("homeowner", "No - Rental", False),
        ("homeowner", "I do not own", None),
        ("homeowner", "rent to own", None),
        ("homeowner", "owned by parents", None),
        ("homeowner", "own/rent", None),
        ("homeowner", "yes - rent", None),
        ("rents_home", "Renter", True),
    ],
)
def test_yes_and_no_have_the_words_of_the_trade_where_a_field_is_about_a_home(
    name: str, raw: str, value: bool | None
) -> None:
    read = kinds.reader_of(Field(name=name, type="boolean"))(raw)
    assert read == (Trouble("yes or no") if value is None else value)


def test_each_letter_that_cannot_be_printed_is_a_space_whatever_stands_beside_it() -> None:
    every = "".join(map(chr, range(0x300)))
    shown = "".join(letter if letter.isprintable() else " " for letter in every)
    assert printable(every) == shown
    assert printable(every[:0x80]) == shown[:0x80]
    assert text_of("Ann\r\nMc\u200bCoy\ud800\x7f ") == "Ann  Mc Coy"
