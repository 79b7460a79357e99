"""What moov-go's own tests have in common, as far as it goes over the wire."""

import strict
from wire import MERCHANT, WireTest

from picture import png


class MoovGoTest(WireTest):
    """A test that asks as moov-go does, and reads as strictly."""

    def setUp(self):
        super().setUp()
        self.headers |= {"Accept": "application/json", "User-Agent": "moov-go/v0.0.0"}
        self.assertEqual(self.send("GET", "/ping").status, 200)

    def clear_away(self, path):
        """Deletes when the test is over, last first, as their tests do."""

        def delete():
            answer = self.send("DELETE", path)
            self.assertEqual((answer.status, answer.body), (204, b""))

        self.addCleanup(delete)

    def read(self, answer, known, status=200):
        """The body of an answer, which has no field that moov-go does not know."""
        self.assertEqual(
            (answer.status, answer.body if answer.status != status else b""), (status, b"")
        )
        body = answer.json()
        self.assertEqual(strict.unknown(body, known), [])
        return body

    def image(self, text):
        """A new image of the merchant."""
        boundary = "a-boundary"
        parts = (
            b'Content-Disposition: form-data; name="image"; filename="image"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n" + png(),
            b'Content-Disposition: form-data; name="metadata"\r\n\r\n{"altText":"%b"}'
            % text.encode(),
        )
        body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
        answer = self.send(
            "POST",
            f"/accounts/{MERCHANT}/images",
            body + f"--{boundary}--\r\n".encode(),
            Content_Type=f"multipart/form-data; boundary={boundary}",
        )
        return self.read(answer, strict.IMAGE, status=201)
