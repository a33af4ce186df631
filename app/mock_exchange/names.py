"""What the synthetic population is called, where it lives, and with what it browses."""

FIRST_NAMES = tuple(
    """
    James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan
    Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark
    Margaret Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda
    Brian Melissa George Deborah Timothy Stephanie Ronald Rebecca Jason Sharon Edward Laura Jeffrey Cynthia
    Ryan Dorothy Jacob Amy Gary Kathleen Nicholas Angela Eric Shirley Jonathan Emma Stephen Brenda Larry
    Pamela Justin Nicole Scott Anna Brandon Samantha Benjamin Katherine Samuel Christine Gregory Debra
    Alexander Rachel Frank Olivia Patrick Carolyn Raymond Janet Jack Maria Dennis Heather Jerry Diane Luis
    Julie Carlos Rosa Miguel Ana Jose Carmen Juan Lucia Diego Elena Wei Mei Hiroshi Priya Arjun Anjali Omar
    Fatima Kwame Amara Tyrone Keisha Darnell Latoya Sven Ingrid Dmitri Olga Minh Linh
    """.split()  # noqa: SIM905 - a hundred quoted words are harder to read
)

LAST_NAMES = tuple(
    """
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
    Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis
    Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall
    Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes
    Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard
    Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price
    Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell
    Coleman Butler Henderson Barnes Fisher Vasquez Simmons Graham Murray Ford Castro Marshall Owens Harrison
    Okafor Tanaka Singh Cohen Schmidt Novak Petrov Tran Haddad Mensah
    """.split()  # noqa: SIM905 - a hundred quoted words are harder to read
)

STREETS = tuple(
    """
    Oak Maple Cedar Pine Elm Washington Lake Hill Walnut Spring Ridge Church Willow Mill River Sunset Jackson
    Meadow Highland Forest Jefferson Chestnut Lincoln Franklin Park Cherry Dogwood Hickory Adams Poplar Locust
    Madison Magnolia Juniper Laurel Prospect Grove Valley Birch Orchard
    """.split()  # noqa: SIM905 - a hundred quoted words are harder to read
)
STREET_KINDS = ("St", "Ave", "Dr", "Rd", "Ln", "Ct", "Blvd")

# Providers that nobody has: well-formed, on no list of reserved or disposable domains.
MAIL_DOMAINS = (
    "mail-cedarbrook.net",
    "mail-harborline.net",
    "mail-northgate.net",
    "mail-bluefield.net",
    "mail-stonemill.net",
    "mail-redwillow.net",
    "mail-lakeshire.net",
    "mail-fairmont.net",
)

USER_AGENTS = {
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Mobile/15E148 Safari/604.1"
    ): 0.38,
    (
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Mobile Safari/537.36"
    ): 0.27,
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36"
    ): 0.23,
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Safari/605.1.15"
    ): 0.12,
}
