"""How `X-Moov-Version` is read."""

from sandbox import PARTNER, SandboxTest, client

KNOWN = [
    "v2024.01.00",
    "v2025.01.00",
    "v2025.04.00",
    "v2025.07.00",
    "v2026.01.00",
    "v2026.04.00",
    "v2026.07.00",
]


class Versions(SandboxTest):
    def test_the_version_of_the_sdk_is_known(self):
        self.assertIn(self.moov.sdk_configuration.openapi_doc_version, KNOWN)
        self.moov.ping.ping()

    def test_every_published_version_is_answered(self):
        for version in [*KNOWN, "v2025.10.00", "latest"]:
            with self.subTest(version=version):
                moov = self.client(version=version)
                moov.ping.ping()
                self.assertEqual(moov.scheduling.list(account_id=PARTNER).result, [])

    def test_no_version_is_the_first_one(self):
        self.assertEqual(self.send("GET", f"/accounts/{PARTNER}/schedules").status, 200)

    def test_a_version_between_two_is_the_older_one(self):
        for version in ("v2026.08.00", "v2024.02.01", "v9000.00.00"):
            with self.subTest(version=version):
                self.client(version=version).ping.ping()

    def test_a_malformed_version_is_a_404(self):
        for version in ("2022", "v2022", "2026.07.00", "v2026.7.0", "newest"):
            for path in ("/ping", f"/accounts/{PARTNER}/schedules"):
                with self.subTest(version=version, path=path):
                    answer = self.send("GET", path, X_Moov_Version=version)
                    self.assertEqual((answer.status, answer.body), (404, b""))
