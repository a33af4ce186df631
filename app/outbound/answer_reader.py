"""Reads the answer to a request of ours from its bytes as they come, and knows where it ends."""

from typing import Literal

import httpcore
import httptools

from app.outbound.message import OutboundAnswer

HEAD_BYTES_MAX = 102_400
"""So much may come without a byte of the body in it: what does not end by then is no answer."""

_SWITCHED = 101


class AnswerReader:
    """Of one answer; those that only announce it (HTTP 100 and such) are passed over.

    Once it is there, `is_last` says whether nothing more may be asked on its connection.
    """

    def __init__(self, body_bytes_max: int) -> None:
        self.is_last = True
        self._body_bytes_max = body_bytes_max
        self._parser = httptools.HttpResponseParser(self)
        # Some scripts end their lines without CR. Nobody is deceived: one answer is read before the next is asked for.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._phase: Literal["head", "body", "whole"] = "head"
        self._since_body = 0

    def feed(self, data: bytes) -> OutboundAnswer | None:
        """The answer, once it is whole or as long as it may be. RemoteProtocolError for what is none."""
        self._since_body += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.is_last = True
        except httptools.HttpParserError:
            self.is_last = True
            if self._phase != "whole":
                raise httpcore.RemoteProtocolError("this is no answer of HTTP") from None
        if self._phase == "whole":
            return self._answer()
        if len(self._body) >= self._body_bytes_max:
            self.is_last = True
            return self._answer()
        if self._since_body > HEAD_BYTES_MAX:
            raise httpcore.RemoteProtocolError("the answer does not end")
        return None

    def end(self) -> OutboundAnswer:
        """The answer of which the end of the connection is the end. RemoteProtocolError where it is cut short."""
        is_framed = "content-length" in self._headers or "chunked" in self._headers.get("transfer-encoding", "").lower()
        if self._phase != "body" or is_framed:
            raise httpcore.RemoteProtocolError("the other side broke off")
        return self._answer()

    def _answer(self) -> OutboundAnswer:
        body = bytes(self._body[: self._body_bytes_max])
        return OutboundAnswer(status=self._status, headers=self._headers, body=body)

    # What the parser finds.

    def on_message_begin(self) -> None:
        """An answer begins; a second one was not asked for."""
        if self._phase == "whole":
            self.is_last = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what comes after a body is none."""
        if self._phase == "head":
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip(" \t")

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self._phase == "whole":
            return
        self._status = self._parser.get_status_code()
        if self._status == _SWITCHED or self._status >= 200:
            self._phase = "body"
            self.is_last = self._status == _SWITCHED or not self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._phase == "body":
            self._body += body
            self._since_body = 0

    def on_message_complete(self) -> None:
        """An answer is whole, or one that announced it."""
        if self._phase == "head":
            self._headers = {}
        else:
            self._phase = "whole"
