"""Accounts of people and businesses, and what they are capable of."""

from moovio_sdk.models import components, errors

import answers
from sandbox import MERCHANT, NOBODY, PARTNER, START, SandboxTest, dumped, whole

INDIVIDUAL = components.CreateAccountType.INDIVIDUAL
BUSINESS = components.CreateAccountType.BUSINESS
ADA = {
    "name": {"firstName": "Ada", "lastName": "Lovelace"},
    "phone": {"number": "5555555555", "countryCode": "1"},
    "email": "ada@example.com",
}


class Accounts(SandboxTest):
    def make(self, **changed):
        """An account of a person."""
        wanted = {"account_type": INDIVIDUAL, "profile": {"individual": ADA}}
        return self.moov.accounts.create(**{**wanted, **changed})

    def test_an_account_of_a_person_is_answered_whole(self):
        account = whole(self.make(foreign_id="your-42", metadata={"tier": "gold"}))
        self.assertEqual(
            {name: value for name, value in account.items() if name not in ("capabilities", "settings")},
            {
                "accountID": answers.SOME_ID,
                "mode": "sandbox",
                "accountType": "individual",
                "displayName": "Ada Lovelace",
                "profile": {
                    "individual": {**ADA, "birthDateProvided": False, "governmentIDProvided": False}
                },
                "verification": {"status": "verified", "verificationStatus": "verified"},
                "foreignID": "your-42",
                "metadata": {"tier": "gold"},
                "createdOn": START,
                "updatedOn": START,
            },
        )
        got = self.moov.accounts.get(account_id=account["accountID"])
        self.assertEqual(whole(got), account)

    def test_an_account_of_a_business_is_shown_by_its_name(self):
        account = self.make(
            account_type=BUSINESS,
            profile={"business": {"legalBusinessName": "Whole Body Fitness", "businessType": "llc"}},
        ).result
        self.assertEqual(account.display_name, "Whole Body Fitness")
        self.assertEqual(account.profile.business.business_type.value, "llc")

    def test_accounts_are_listed_and_found_by_name(self):
        id = self.make().result.account_id
        listed = [each.account_id for each in self.moov.accounts.list().result]
        self.assertIn(id, listed)
        self.assertIn(MERCHANT, listed)
        found = self.moov.accounts.list(name="Lincoln National Corporation").result
        self.assertEqual([each.account_id for each in found], [MERCHANT])

    def test_an_account_can_be_changed(self):
        id = self.make().result.account_id
        self.moov.accounts.update(account_id=id, metadata={"tier": "silver"})
        self.assertEqual(self.moov.accounts.get(account_id=id).result.metadata, {"tier": "silver"})

    def test_a_disconnected_account_says_since_when(self):
        id = self.make().result.account_id
        self.moov.accounts.disconnect(account_id=id)
        with self.subTest("it is no longer listed"):
            self.assertNotIn(id, [each.account_id for each in self.moov.accounts.list().result])

    def test_an_account_without_a_name_is_refused(self):
        with self.assertRaises(errors.CreateAccountError) as caught:
            self.make(profile={"individual": {"name": {"firstName": "", "lastName": ""}}})
        self.assertEqual(caught.exception.status_code, 422)

    def test_an_unknown_account_is_a_404(self):
        with self.assertRaises(errors.APIError) as caught:
            self.moov.accounts.get(account_id=NOBODY)
        self.assertEqual((caught.exception.status_code, caught.exception.body), (404, ""))

    def test_a_test_account_has_its_capabilities(self):
        id = self.make().result.account_id
        enabled = {
            each.capability.value
            for each in self.moov.capabilities.list(account_id=id).result
            if each.status.value == "enabled"
        }
        self.assertLessEqual({"transfers", "wallet"}, enabled)
        wallet = self.moov.capabilities.get(
            account_id=id, capability_id=components.CapabilityID.WALLET
        ).result
        self.assertEqual(
            {name: dumped(wallet)[name] for name in ("capability", "accountID", "status", "createdOn")},
            {"capability": "wallet", "accountID": id, "status": "enabled", "createdOn": START},
        )

    def test_a_capability_can_be_asked_for_and_given_up(self):
        id = self.make().result.account_id
        asked = components.CapabilityID.COLLECT_FUNDS
        [capability] = self.moov.capabilities.request(account_id=id, capabilities=[asked]).result
        self.assertEqual((capability.capability, capability.status.value), (asked, "enabled"))
        self.moov.capabilities.disable(account_id=id, capability_id=asked)
        disabled = self.moov.capabilities.get(account_id=id, capability_id=asked).result
        self.assertEqual(disabled.status.value, "disabled")

    def test_the_partner_itself_is_an_account(self):
        self.assertEqual(self.moov.accounts.get(account_id=PARTNER).result.display_name, "Partner")
