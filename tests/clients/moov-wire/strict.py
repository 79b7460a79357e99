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
BANK_ACCOUNT = {
    **dict.fromkeys(
        (
            "bankAccountID",
            "fingerprint",
            "status",
            "holderName",
            "holderType",
            "bankName",
            "bankAccountType",
            "routingNumber",
            "lastFourAccountNumber",
            "updatedOn",
            "statusReason",
        )
    ),
    "exceptionDetails": dict.fromkeys(("achReturnCode", "rtpRejectionCode", "description")),
    "paymentMethods": [dict.fromkeys(("paymentMethodID", "paymentMethodType"))],
}
WALLET = dict.fromkeys(("walletID", "partnerAccountID", "walletType"))
PAYMENT_METHOD = {
    **dict.fromkeys(("paymentMethodID", "paymentMethodType")),
    "wallet": WALLET,
    "bankAccount": BANK_ACCOUNT,
    "card": CARD,
}
TRANSFER_OPTIONS = {"sourceOptions": [PAYMENT_METHOD], "destinationOptions": [PAYMENT_METHOD]}
SIDE = {
    **PAYMENT_METHOD,
    "account": dict.fromkeys(("accountID", "email", "displayName")),
    "achDetails": {
        **dict.fromkeys(
            (
                "status",
                "traceNumber",
                "companyEntryDescription",
                "originatingCompanyName",
                "secCode",
                "initiatedOn",
                "originatedOn",
                "correctedOn",
                "returnedOn",
                "completedOn",
                "canceledOn",
                "debitHoldPeriod",
            )
        ),
        "return": dict.fromkeys(("code", "reason", "description")),
    },
}
CANCELLATION = dict.fromkeys(("cancellationID", "status", "createdOn"))
STARTED = dict.fromkeys(("transferID", "createdOn"))
TRANSFER = {
    **dict.fromkeys(
        (
            "transferID",
            "createdOn",
            "completedOn",
            "status",
            "failureReason",
            "description",
            "scheduleID",
            "occurrenceID",
        )
    ),
    # Whatever its owner has put there.
    "metadata": None,
    "amount": AMOUNT,
    "source": SIDE,
    "destination": SIDE,
    "cancellations": [CANCELLATION],
    "lineItems": {"items": [ITEM]},
}
IMAGE = dict.fromkeys(
    ("imageID", "publicID", "altText", "link", "createdOn", "updatedOn", "disabledOn")
)


def of_item(image):
    """An image as a line item shows it."""
    return {name: image[name] for name in IMAGE_OF_ITEM}


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
