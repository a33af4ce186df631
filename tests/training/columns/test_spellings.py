"""Case and spaces make no other value, and words that say yes are known."""

from training.histories.columns.spellings import plain, positive_words, usual_spellings


def test_two_ways_of_writing_a_value_are_one() -> None:
    assert plain("1.0") == plain(1) == plain("1")
    assert plain(True) == plain("TRUE") == "true"
    assert plain(" closed won ") == plain("Closed  Won") == "closed won"


def test_the_most_usual_spelling_stands_for_all() -> None:
    texts = ["Owner", "owner ", "Owner", None, "A-", "A"]
    assert usual_spellings(texts) == {"Owner": "Owner", "owner ": "Owner", "A-": "A-", "A": "A"}


def test_words_that_say_yes_are_the_positive_ones() -> None:
    assert positive_words({"no": 9, "Yes": 2, "Y": 1}) == ({"Yes": 2, "Y": 1}, "")
    assert positive_words({"open": 9, "sold": 2, "won": 1}) == ({"sold": 2, "won": 1}, "is it this one?")
    assert positive_words({"alpha": 9, "beta": 2}) == ({"beta": 2}, "is it this one?")
    assert positive_words({"yes": 77, "no": 23})[1] == "is it this one? it stands in 77% of the rows:"
