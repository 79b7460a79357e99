"""Which fields moov-go knows in an answer. Its own tests read with a decoder that
refuses every other one, so an answer with a field more fails them."""

AMOUNT = {"value": None, "currency": None}
DECIMAL = {"valueDecimal": None, "currency": None}
IMAGE_OF_ITEM = dict.fromkeys(("imageID", "altText", "link", "publicID"))
OPTION = {
    **dict.fromkeys(("name", "quantity", "group")),
    "priceModifier": DECIMAL,
    "images": [IMAGE_OF_ITEM],
}
ITEM = {
    **dict.fromkeys(("name", "quantity", "productID")),
    "basePrice": DECIMAL,
    "options": [OPTION],
    "images": [IMAGE_OF_ITEM],
}
METHOD = {
    "paymentMethodID": None,
    "achDetails": dict.fromkeys(("companyEntryDescription", "originatingCompanyName")),
    "cardDetails": {"dynamicDescriptor": None},
}
RUN_TRANSFER = {
    "description": None,
    "amount": AMOUNT,
    "salesTaxAmount": AMOUNT,
    "partnerAccountID": None,
    "source": METHOD,
    "destination": METHOD,
    "lineItems": {"items": [ITEM]},
}
OCCURRENCE = {
    **dict.fromkeys(
        (
            "scheduleID",
            "occurrenceID",
            "mode",
            "generated",
            "indefinite",
            "modified",
            "canceledOn",
            "runOn",
            "ranOn",
            "ranTransferID",
            "status",
        )
    ),
    "runTransfer": RUN_TRANSFER,
    "error": {"message": None},
}
SCHEDULE = {
    **dict.fromkeys(
        (
            "mode",
            "scheduleID",
            "sourceAccountID",
            "destinationAccountID",
            "partnerAccountID",
            "ownerAccountID",
            "description",
            "createdOn",
            "updatedOn",
            "disabledOn",
        )
    ),
    "recur": {
        **dict.fromkeys(("start", "recurrenceRule", "indefinite")),
        "runTransfer": RUN_TRANSFER,
    },
    "occurrences": [OCCURRENCE],
}
ADDRESS = dict.fromkeys(
    ("addressLine1", "addressLine2", "city", "stateOrProvince", "postalCode", "country")
)
PHONE = dict.fromkeys(("number", "countryCode"))
ACCOUNT = {
    **dict.fromkeys(
        (
            "mode",
            "accountID",
            "accountType",
            "displayName",
            "foreignID",
            "createdOn",
            "updatedOn",
            "disconnectedOn",
        )
    ),
    # Whatever its owner has put there.
    "metadata": None,
    "profile": {
        "individual": {
            **dict.fromkeys(("email", "birthDateProvided", "governmentIDProvided")),
            "name": dict.fromkeys(("firstName", "middleName", "lastName", "suffix")),
            "phone": PHONE,
            "address": ADDRESS,
        },
        "business": {
            **dict.fromkeys(
                (
                    "legalBusinessName",
                    "doingBusinessAs",
                    "businessType",
                    "email",
                    "website",
                    "description",
                    "taxIDProvided",
                    "ownersProvided",
                    "primaryRegulator",
                )
            ),
            "address": ADDRESS,
            "phone": PHONE,
            "industryCodes": dict.fromkeys(("naics", "sic", "mcc")),
            "representatives": None,
        },
    },
    "termsOfService": dict.fromkeys(("acceptedDate", "acceptedIP")),
    "capabilities": [dict.fromkeys(("capability", "status"))],
    "verification": dict.fromkeys(("verificationStatus", "status", "details", "documents")),
    "customerSupport": {**dict.fromkeys(("email", "website")), "phone": PHONE, "address": ADDRESS},
    "settings": {
        "cardPayment": {"statementDescriptor": None},
        "achPayment": {"companyName": None},
    },
}
CARD = {
    **dict.fromkeys(
        (
            "cardID",
            "fingerprint",
            "brand",
            "cardCategory",
            "cardType",
            "lastFourCardNumber",
            "bin",
            "holderName",
            "issuer",
            "issuerCountry",
            "issuerURL",
            "issuerPhone",
            "commercial",
            "regulated",
            "cardOnFile",
            "merchantAccountID",
            "domesticPushToCard",
            "domesticPullFromCard",
        )
    ),
    "expiration": dict.fromkeys(("month", "year")),
    "billingAddress": ADDRESS,
    "cardVerification": {
        **dict.fromkeys(("cvv", "addressLine1", "postalCode")),
        "accountName": dict.fromkeys(("firstName", "lastName", "middleName", "fullName")),
    },
    "cardAccountUpdater": dict.fromkeys(("updatedOn", "updateType")),
    "paymentMethods": [dict.fromkeys(("paymentMethodID", "paymentMethodType"))],
}
IMAGE = dict.fromkeys(
    ("imageID", "publicID", "altText", "link", "createdOn", "updatedOn", "disabledOn")
)


def unknown(part, known, path=""):
    """The fields of an answer that moov-go would refuse."""
    if known is None:
        return []
    if isinstance(known, list):
        return [
            name
            for index, each in enumerate(part)
            for name in unknown(each, known[0], f"{path}[{index}]")
        ]
    found = [f"{path}.{name}" for name in part if name not in known]
    for name, value in part.items():
        if name in known:
            found += unknown(value, known[name], f"{path}.{name}")
    return found
