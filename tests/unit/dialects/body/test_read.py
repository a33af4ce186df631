"""Every encoding that sellers use becomes the same flat mapping, and hostile bodies become a value."""

import json
from html import escape
from urllib.parse import parse_qsl, urlencode

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.dialects.body.read import encoding_of, read_body
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.text import Scalar
from app.domain.reasons import sentence
from tests.table import each_row

LEAD: dict[str, Scalar] = {"zip": "78701", "contact.city": "Austin"}


def read(body: bytes, content_type: str = "", query: bytes | str = b"") -> dict[str, Scalar]:
    flat = read_body(body, content_type, query)
    assert isinstance(flat, dict), flat
    return flat


def refused(body: bytes, content_type: str = "") -> UnreadableBody:
    refusal = read_body(body, content_type)
    assert isinstance(refusal, UnreadableBody), refusal
    return refusal


@each_row(
    ("body", "content_type"),
    [
        (b'{"zip":"78701","contact":{"city":"Austin"}}', "application/json"),
        (b'{"zip":"78701","contact.city":"Austin"}', "application/json; charset=utf-8"),
        (b'{"Request":{"zip":"78701","contact":{"city":"Austin"}}}', "application/json"),
        (b'[{"zip":"78701","contact":{"city":"Austin"}}]', "application/json"),
        (b'\xef\xbb\xbf {"zip":"78701","contact":{"city":"Austin"}}', ""),
        ('{"zip":"78701","contact":{"city":"Austin"}}'.encode("utf-16"), "application/json"),
        (b'{"zip":"78701","contact":{"city":"Austin"}}', "text/plain"),
        (b'{"zip":"78701","contact":{"city":"Austin"}}', "application/x-www-form-urlencoded"),
        (b'{"zip":"78701","contact":{"city":"Austin"}}\x00', "application/json"),
        (b"zip=78701&contact.city=Austin", "application/x-www-form-urlencoded"),
        (b"zip=78701&contact.city=Austin", ""),
        (b"<lead><zip>78701</zip><contact><city>Austin</city></contact></lead>", "text/xml"),
        (b'<lead zip="78701"><contact city="Austin"/></lead>', ""),
        (b'<?xml version="1.0"?>\n<l:lead xmlns:l="urn:x"><l:zip>78701</l:zip><contact city="Austin"/></l:lead>', ""),
        (b"<Request><lead><zip> 78701 </zip><contact><city><![CDATA[Austin]]></city></contact></lead></Request>", ""),
        (b"xml=%3Clead%3E%3Czip%3E78701%3C%2Fzip%3E%3Ccontact+city%3D%22Austin%22%2F%3E%3C%2Flead%3E", ""),
        (b"anything=%7B%22zip%22%3A%2278701%22%2C%22contact%22%3A%7B%22city%22%3A%22Austin%22%7D%7D", ""),
    ],
)
def test_every_encoding_says_the_same(body: bytes, content_type: str) -> None:
    assert read(body, content_type) == LEAD


def test_a_document_in_a_form_field_counts_before_the_fields_around_it() -> None:
    body = b"key=s3&zip=1&LeadData=%3Clead%3E%3Czip%3E78701%3C%2Fzip%3E%3C%2Flead%3E"
    assert read(body) == {"key": "s3", "zip": "78701"}


def test_markup_in_a_field_that_is_no_envelope_stays_text() -> None:
    assert read(b"zip=78701&tcpa_text=%3Cp%3EI+agree%3C%2Fp%3E") == {"zip": "78701", "tcpa_text": "<p>I agree</p>"}


@settings(derandomize=True, deadline=None, max_examples=150)
@given(fields=st.dictionaries(st.text("azñ &=+%", min_size=1, max_size=5), st.text("a1 ñ&=+%/<>", max_size=9)))
def test_what_a_form_escapes_comes_back(fields: dict[str, str]) -> None:
    stripped = {"zip": "78701"} | {name.strip(): value for name, value in fields.items()}
    assert read(urlencode(stripped).encode(), "application/x-www-form-urlencoded") == stripped


@settings(derandomize=True, deadline=None, max_examples=300)
@given(value=st.text("%0123CEFcefaz+/", max_size=16))
@example(value="%253C%3c%3C%%3C")
@example(value="%C3%B1%")
def test_odd_percent_signs_are_read_as_everybody_reads_them(value: str) -> None:
    try:
        ((_, wanted),) = parse_qsl(f"a={value}", keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        ((_, wanted),) = parse_qsl(f"a={value}", keep_blank_values=True, encoding="cp1252", errors="replace")
    if wanted[:1] not in ("<", "{"):
        assert read(f"a={value}&b=1".encode()) == {"a": wanted, "b": "1"}


def test_scalars_keep_their_types() -> None:
    assert read(b'{"a":1,"b":1.5,"c":true,"d":null,"e":"x"}') == {"a": 1, "b": 1.5, "c": True, "d": None, "e": "x"}


def test_line_breaks_inside_json_strings_are_tolerated() -> None:
    assert read(b'{"text":"one\r\n\ttwo","zip":"78701"}') == {"text": "one\r\n\ttwo", "zip": "78701"}


def test_windows_text_is_read_where_it_is_no_utf8() -> None:
    assert read(b'{"city":"Ca\xf1on"}') == {"city": "Cañon"}
    assert read(b"city=Ca%F1on") == {"city": "Cañon"}
    assert read(b"<lead><city>Ca\xf1on</city></lead>") == {"city": "Cañon"}


@each_row("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_is_none_stays_text(number: str) -> None:
    assert read(f'{{"age":{number},"zip":"78701"}}'.encode()) == {"age": number, "zip": "78701"}


def test_the_last_filled_value_of_a_repeated_name_counts() -> None:
    assert read(b'{"a":1,"a":2}') == {"a": 2}
    assert read(b'{"a":1,"a":""}') == {"a": 1}
    assert read(b'{"a" : "1", "b" : {"c": "2", "c" :null}, "a": null}') == {"a": "1", "b.c": "2"}
    assert read(b"a=1&a=2&a=&a=+") == {"a": "2"}
    assert read(b'{"a":["1","2",""]}') == {"a": "2"}
    assert read(b"<lead><a>1</a><a>2</a></lead>") == {"a": "2"}


@each_row(
    "body",
    [
        b'{"zip":"33101","zip":"{{zip}}"}',
        b'{"zip":"{{zip}}","zip":"33101"}',
        b'{"zip" : "33101", "zip" : "[zip]"}',
        b'{"zip":"33101","zip":"N/A"}',
        b'{"zip":"33101","zip":" "}',
        b'{"zip":"33101","zip":"%zip%"}',
        b'{"lead":{"zip":"33101","zip":"${zip}"}}',
        b'{"zip":"33101","data":"{\\"zip\\":\\"{{zip}}\\"}"}',
        b"zip=33101&zip=%7B%7Bzip%7D%7D",
        b"zip=33101&zip=null",
        b"<lead><zip>33101</zip><zip>{{zip}}</zip></lead>",
        b'<lead><zip a="">33101</zip><zip>N/A</zip></lead>'.replace(b' a=""', b""),
    ],
)
def test_what_was_left_unfilled_replaces_no_value(body: bytes) -> None:
    assert read(body) == {"zip": "33101"}
    assert read(b'{"zip":"{{zip}}"}', query=b"zip=33101") == {"zip": "33101"}


@each_row(
    "body",
    [
        b'{"zip":"33101","state":"FL"}\n',
        b'\x1e{"zip":"33101","state":"FL"}\n',
        b'{"zip":"33101","state":"FL"}\n{}\n',
        b"[0][zip]=33101&[0][state]=FL",
        b"%5B0%5D%5Bzip%5D=33101&%5B0%5D%5Bstate%5D=FL",
        b"0.zip=33101&0.state=FL",
        b"3.zip=33101&3.state=FL",
    ],
)
def test_a_lead_may_stand_in_a_list_alone(body: bytes) -> None:
    assert read(body) == {"zip": "33101", "state": "FL"}


def test_the_number_of_the_one_lead_says_nothing() -> None:
    assert read(b"key=x&leads[2][zip]=33101&leads[2][state]=FL") == {
        "key": "x",
        "leads.zip": "33101",
        "leads.state": "FL",
    }
    assert read(b"leads[0].zip=33101") == {"leads.zip": "33101"}
    # Two of what a lead may have several of are no two leads.
    drivers = {"drivers.0.state": "TX", "drivers.1.state": "FL"}
    assert read(b"drivers[0][state]=TX&drivers[1][state]=FL") == drivers
    assert read(b"data[0][age]=1&data[1][age]=2") == {"data.0.age": "1", "data.1.age": "2"}


@each_row(
    "body",
    [
        b"[0][zip]=33101&[1][zip]=33102",
        b"0.zip=33101&1.zip=33102",
        b"1.zip=33101&2.zip=33102",
        b"leads[0][zip]=33101&leads[1][zip]=33102",
        b"api_key=x&data[leads][0][lead][zip]=33101&data[leads][1][lead][zip]=33102",
        b'{"leads":[{"zip":"33101"},{"zip":"33102"}]}',
        b'{"key":"x","data":[{"zip":"33101"},{"zip":"33102"}]}',
        b'{"key":"x","1":{"lead_id":"a"},"2":{"lead_id":"b"}}',
        b"<leads><lead><zip>1</zip></lead><lead><zip>2</zip></lead></leads>",
    ],
)
def test_several_leads_are_refused_by_name_and_never_read_as_the_first(body: bytes) -> None:
    assert refused(body).remedy == "send one lead a request, no list of several"


def test_objects_in_arrays_get_their_index() -> None:
    drivers: dict[str, Scalar] = {"zip": "1", "drivers.0.age": 30, "drivers.1.age": 50}
    assert read(b'{"zip":"1","drivers":[{"age":30},{"age":50}]}') == drivers
    xml = read(b"<lead><zip>1</zip><drivers><age>30</age></drivers><drivers><age>50</age></drivers></lead>")
    assert xml == {"zip": "1", "drivers.0.age": "30", "drivers.1.age": "50"}


def test_the_query_string_fills_what_the_body_leaves_empty() -> None:
    query = b"zip=10001&key=s3&state=TX"
    assert read(b'{"zip":"78701","state":""}', query=query) == {"zip": "78701", "key": "s3", "state": "TX"}
    assert read(b"", query="zip=10001") == {"zip": "10001"}


WHOLE = "<lead><zip>78701</zip><contact><city>Austin</city></contact></lead>"
DOCUMENT = '{"zip":"78701","contact":{"city":"Austin"}}'


@each_row(
    ("body", "content_type"),
    [
        (b"zip=78701&contact.city=Austin", "application/json"),
        (b"zip=78701&contact.city=Austin", "text/xml"),
        (b"zip=78701&contact.city=Austin", "image/png"),
        (b"zip=78701&contact.city=Austin", "multipart/form-data; boundary=x"),
        (b"zip=78701&amp;contact.city=Austin", ""),
        (b"zip=78701&amp;amp;contact.city=Austin", ""),
        (b"zip=78701&#038;contact.city=Austin", ""),
        (b"zip=78701;contact.city=Austin", ""),
        (b"zip=78701\r\ncontact.city=Austin\r\n", "text/plain"),
        (b"zip=78701&\n contact.city=Austin", ""),
        (b"zip%3D78701%26contact.city%3DAustin", "application/x-www-form-urlencoded"),
        (b"zip[]=78701&contact[city]=Austin", ""),
        (b"zip%5B%5D=78701&contact%5Bcity%5D=Austin", ""),
        (b"zip[]=&zip[]=78701&contact[city][]=Austin", ""),
        (b"%7B%22zip%22%3A%2278701%22%2C%22contact%22%3A%7B%22city%22%3A%22Austin%22%7D%7D=", ""),
        (b'{"zip":"78701","contact":{"city":"Austin"}}=', "application/x-www-form-urlencoded"),
        (b'{"zip":["78701"],"contact":{"city":["Austin",""]}}', ""),
        (b'{"zip":"78701","contact":{"city":"Austin",},}', ""),
        (b"{'zip': '78701', 'contact': {'city': 'Austin'}}", ""),
        (b'{zip: "78701", contact: {city: "Austin"}};', ""),
        (json.dumps(DOCUMENT).encode(), "application/json"),
        (b'{"fields":[{"name":"zip","value":"78701"},{"name":"contact.city","value":"Austin"}]}', ""),
        (b'{"field_data":[{"name":"zip","values":["78701"]},{"name":"contact.city","values":["Austin"]}]}', ""),
        (b'{"answers":{"3":{"name":"zip","answer":"78701"},"4":{"name":"contact.city","answer":"Austin"}}}', ""),
        (b'<lead><field name="zip">78701</field><field name="contact.city">Austin</field></lead>', ""),
        (b'<l><field name="zip" value="78701"/><field name="contact.city" value="Austin"/></l>', ""),
        (b'<l><zip>78701</zip><contact><field name="city" value="Austin"/></contact></l>', ""),
        (
            b"<l><F><Name>zip</Name><Value>78701</Value></F><F><Name>contact.city</Name><Value>Austin</Value></F></l>",
            "",
        ),
        (b'<r><Field name="zip">78701</Field><contact><item name="city">Austin</item></contact></r>', ""),
        (f'<?xml version="1.0" encoding="utf-16"?>{WHOLE}'.encode(), ""),
        (f'<?xml version="1.0" encoding="klingon"?>{WHOLE}'.encode(), ""),
        (f'\ufeff\r\n<?xml version="1.0"?>\r\n{WHOLE}'.encode(), ""),
        (f'\r\n\ufeff<?xml version="1.0" encoding="utf-8"?>{WHOLE}'.encode(), ""),
        (f'<?xml version="1.0" encoding="utf-8"?>{WHOLE}'.encode("utf-16"), ""),
        (f'<?xml version="1.0" encoding="utf-16"?>{WHOLE}'.encode("utf-16-le"), ""),
        (DOCUMENT.encode("utf-16-be"), "application/json"),
    ],
)
def test_whatever_has_one_meaning_has_it(body: bytes, content_type: str) -> None:
    assert read(body, content_type) == LEAD


SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"


@each_row("namespace", [SOAP, SOAP_12])
@each_row(
    "content",
    [
        f"<soap:Header/><soap:Body><SubmitLead>{WHOLE}</SubmitLead></soap:Body>",
        f"<soap:Body>{WHOLE}</soap:Body>",
        f'<soap:Body Id="b"><m:Submit xmlns:m="urn:x">{WHOLE}</m:Submit></soap:Body>',
        f"<soap:Body><Submit><xmlString>{WHOLE.replace('<', '&lt;')}</xmlString></Submit></soap:Body>",
        f"<soap:Body><Submit><doc><![CDATA[{WHOLE}]]></doc></Submit></soap:Body>",
    ],
)
def test_an_envelope_is_no_lead(namespace: str, content: str) -> None:
    assert read(f'<soap:Envelope xmlns:soap="{namespace}">{content}</soap:Envelope>'.encode()) == LEAD


def test_what_stands_in_an_envelopes_header_is_no_lead_but_may_be_a_key() -> None:
    header = "<s:Header><Auth><ApiKey>k</ApiKey><zip>1</zip></Auth></s:Header>"
    flat = read(f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body><Lead>{WHOLE}</Lead></s:Body></s:Envelope>'.encode())
    assert flat == LEAD | {"Header.Auth.ApiKey": "k", "Header.Auth.zip": "1"}


@each_row(
    ("written", "meant"),
    [
        ("AT&T", "AT&T"),
        ("a & b", "a & b"),
        ("?a=1&b=2", "?a=1&b=2"),
        ("Zo&euml;&nbsp;&amp; Co &", "Zoë\xa0& Co &"),
        ("a < 5 &lt; <6", "a < 5 < <6"),
        ("one\x0btwo & \x1f", "one two &"),
        ("<![CDATA[a & <b>]]> & c", "a & <b> & c"),
    ],
)
def test_a_sign_that_a_string_built_document_does_not_escape_is_itself(written: str, meant: str) -> None:
    assert read(f"<lead><zip>1</zip><city>{written}</city></lead>".encode()) == {"zip": "1", "city": meant}


@each_row("written", ["&nobody;", "<b", "\x00", "<b></c>", "<![CDATA[ & ", "&#0;", "& &nobody;"])
def test_what_no_document_means_stays_a_fault(written: str) -> None:
    refusal = refused(f"<lead>\n<city>{written}</city></lead>".encode())
    assert (refusal.encoding, refusal.place) == ("xml", "line 2")


@each_row(
    ("flat", "meant"),
    [
        ({"api_key": "k", "data_json": DOCUMENT}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "data.json": DOCUMENT}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "xmlString": WHOLE}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "xml": escape(WHOLE)}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "data": escape(DOCUMENT)}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "payload": DOCUMENT}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "rawRequest": DOCUMENT}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "data": "zip=78701&contact[city]=Austin"}, LEAD | {"api_key": "k"}),
        ({"api_key": "k", "lead": f'<?xml version="1.0" encoding="utf-16"?>{WHOLE}'}, LEAD | {"api_key": "k"}),
        (
            {"api_key": "k", "xml": urlencode({"x": DOCUMENT})[2:]},
            {"api_key": "k", "xml": urlencode({"x": DOCUMENT})[2:]},
        ),
        ({"zip": "78701", "contact": '{"city":"Austin"}'}, LEAD | {"contact": '{"city":"Austin"}'}),
        ({"zip": '["78701"]', "contact[city]": "Austin"}, LEAD),
        ({"zip": "{{zip}}", "note": "[x"}, {"zip": "{{zip}}", "note": "[x"}),
        ({"zip": "{{zip}}"}, {"zip": "{{zip}}"}),
        ({"data": DOCUMENT, "zip": "1"}, LEAD),
        ({"lead": DOCUMENT, "data": '{"state":"TX"}'}, LEAD | {"state": "TX"}),
        ({"data": json.dumps({"payload": DOCUMENT})}, LEAD),
    ],
)
def test_a_document_in_a_field_is_opened(flat: dict[str, str], meant: dict[str, Scalar]) -> None:
    assert read(urlencode(flat).encode()) == meant


@each_row(
    "body",
    [
        json.dumps({"key": "k", "data_json": DOCUMENT}).encode(),
        json.dumps({"key": "k", "lead": {"xml": WHOLE}}).encode(),
        f"<r><key>k</key><payload>{DOCUMENT}</payload></r>".encode(),
        f"<r><key>k</key><xml>{WHOLE.replace('<', '&lt;')}</xml></r>".encode(),
    ],
)
def test_a_document_in_a_document_is_opened(body: bytes) -> None:
    assert read(body) == LEAD | {"key": "k"}


@each_row(
    "body",
    [
        b'{"zip":"78701","drivers":[{"name":"Ann","value":1,"age":30}]}',
        b'{"zip":"78701","driver":{"name":"Ann","value":1}}',
        b'<lead><zip>78701</zip><phone name="home">1</phone><phone name="work">2</phone></lead>',
        b'{"zip":"78701","a":[{"name":"x","value":{"b":1}}],"b":[{"name":"","value":1}],"c":[{"name":"x","value":1},2]}',
    ],
)
def test_an_object_that_has_a_name_and_more_than_a_value_is_no_field(body: bytes) -> None:
    assert not {"Ann", "home", "work", "x"} & read(body).keys()


@each_row("body", [json.dumps({"page_html": "<p>," * 5_000}).encode(), b"page_html=" + b"x" * 20_000])
def test_the_length_of_a_text_is_nobodys_affair(body: bytes) -> None:
    assert len(str(read(body)["page_html"])) == 20_000


def test_an_empty_body_is_an_empty_lead() -> None:
    assert read(b"") == {}
    assert read(b"{}", "application/json") == {}
    assert read(b"<lead/>") == {}


@each_row(
    ("body", "encoding", "place"),
    [
        (b'{"zip":"78701",,}', "json", "byte 15"),
        (b'{"zip":"78701"', "json", ""),
        (b"[1,2]", "json", ""),
        (b'[{"zip":"1"},{"zip":"2"}]', "json", ""),
        (b"<lead>\n<zip>78701</lead>", "xml", "line 2"),
        (b"<lead>", "xml", "line 1"),
    ],
)
def test_a_broken_body_says_where_it_breaks(body: bytes, encoding: str, place: str) -> None:
    refusal = refused(body)
    assert (refusal.encoding, refusal.place, refusal.unsupported) == (encoding, place, False)


def test_broken_json_in_a_json_request_is_no_form() -> None:
    assert refused(b"zip: 78701, a=b", "application/json").encoding == "json"


def test_nothing_of_a_broken_body_is_repeated() -> None:
    text = sentence(refused(b'{"phone":"5125550134",,}').refusal)
    assert "5125550134" not in text
    assert text == (
        "a field cannot be read: json body at byte 22: send one JSON object, with every string and bracket closed"
    )


BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><lead><zip>&b;</zip></lead>'
EXTERNAL = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><lead><zip>&x;</zip></lead>'


@each_row(
    "body",
    [
        BOMB,
        EXTERNAL,
        b'<!DOCTYPE lead SYSTEM "http://127.0.0.1/x.dtd"><lead/>',
        b"<a>" * 40 + b"</a>" * 40,
        b"<a>" * 20_000,
        b"<lead>" + b"<zip/>" * 3_000 + b"</lead>",
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a":' * 12_000,
        b"[" * 60_000,
        json.dumps({f"k{index}": 1 for index in range(10_000)}).encode(),
        json.dumps({"a": {f"k{index}": 1 for index in range(10_000)}}).encode(),
        b"&".join(b"k%d=1" % index for index in range(10_000)),
        b"&".join(b"k%d=1" % index for index in range(1_600)),
        b"xml=%3Clead%3E",
        b'<?xml version="1.0" encoding="no-such"?><!DOCTYPE l><lead/>',
    ],
)
def test_a_hostile_body_is_a_value(body: bytes) -> None:
    refusal = refused(body)
    assert refusal.refusal.code == "invalid_field"
    assert not refusal.unsupported


@each_row(
    ("body", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n=", "application/octet-stream"),
        (b"\x82\xa3zip\xa578701", "application/msgpack"),
        (b"hello", "text/plain"),
    ],
)
def test_a_content_type_that_is_never_read_is_told_apart(body: bytes, content_type: str) -> None:
    assert refused(body, content_type).unsupported


def test_the_encoding_is_seen_by_the_first_character() -> None:
    assert encoding_of(b'\r\n {"a":1}', "text/xml") == "json"
    assert encoding_of(b"\xef\xbb\xbf<a/>", "application/json") == "xml"
    assert encoding_of(b"a=1", "text/html") == "form"
    assert encoding_of(b"", "") == "form"


@each_row(
    ("numbers", "meant"),
    [
        ([1980, 1, 2], "1980-01-02"),
        ([2026, 11, 20, 10, 0], "2026-11-20T10:00:00"),
        ([2026, 11, 20, 10, 5, 30], "2026-11-20T10:05:30"),
        ([2026, 11, 20, 10, 5, 30, 123_000_000], "2026-11-20T10:05:30"),
        ([2026, 13, 1], 1),
        ([1980, 1, True], True),
        (["1980", "1", "2"], "2"),
        ([150, 1, 2], 2),
        ([2026, 11], 11),
    ],
)
def test_a_moment_may_be_a_list_of_numbers_as_java_prints_it(numbers: list[Scalar], meant: Scalar) -> None:
    assert read(json.dumps({"at": numbers, "x": 1}).encode()) == {"at": meant, "x": 1}


def test_a_form_that_jquery_serializes_is_a_list_of_its_fields() -> None:
    fields = [("zip", "78701"), ("state", "TX"), ("zip", "")]
    body = json.dumps([{"name": name, "value": value} for name, value in fields]).encode()
    assert read(body) == read(urlencode({"data": body.decode()}).encode()) == dict(fields[:2])
    assert read(b'{"fields": ' + body + b"}") == dict(fields[:2])
    assert read(b"\xef\xbb\xbf" + body) == dict(fields[:2])
    assert refused(b'[{"name": "zip", "value": "78701"}, {"zip": "78702"}]').remedy.endswith("no list of several")


@each_row(
    "body",
    [
        b'<lead><field name="city"></field><field name="zip">78701</field></lead>',
        b'<lead><Field Name="zip">78701</Field><Field Name="city"/></lead>',
        b'{"fields": [{"name": "city"}, {"name": "zip", "value": "78701"}]}',
    ],
)
def test_one_field_without_a_value_takes_none_from_the_others(body: bytes) -> None:
    assert read(body) == {"zip": "78701", "city": None}


def test_a_name_that_stands_twice_in_a_list_of_one_hides_nothing() -> None:
    assert read(b'[{"zip": "78701", "zip": ""}]') == {"zip": "78701"}


def test_an_empty_list_is_an_empty_object_as_php_writes_it() -> None:
    assert read(b"[]") == {}
    assert read_body(b"[]", "application/json", b"zip=78701") == {"zip": "78701"}


def test_a_list_of_several_is_refused_as_one() -> None:
    assert (
        refused(b'[{"zip": "78701"}, {"zip": "78702"}]').remedy == "send one JSON object a request, no list of several"
    )
    for between in (b"\n", b"\r\n\r\n", b"", b",\n", b"\n\x1e"):
        assert refused(b'{"zip": "78701"}' + between + b'{"zip": "78702"}').remedy.endswith("no list of several")


@each_row(
    "body",
    [
        b'<string xmlns="http://tempuri.org/">&lt;lead&gt;&lt;zip&gt;78701&lt;/zip&gt;&lt;/lead&gt;</string>',
        b"<request><![CDATA[<lead><zip>78701</zip></lead>]]></request>",
        b"?zip=78701",
    ],
)
def test_a_document_may_be_all_that_another_holds(body: bytes) -> None:
    assert read_body(body, "application/x-www-form-urlencoded") == {"zip": "78701"}
