//! Banks by their codes.

/// The banks of Thailand that Omise pays out to, and its test bank.
const BANKS: [(&str, &str); 32] = [
    ("test", "Test Bank"),
    ("bbl", "Bangkok Bank"),
    ("kbank", "Kasikornbank"),
    ("rbs", "Royal Bank of Scotland"),
    ("ktb", "Krungthai Bank"),
    ("jpm", "J.P. Morgan"),
    ("mufg", "Bank of Tokyo-Mitsubishi UFJ"),
    ("tmb", "TMB Bank"),
    ("scb", "Siam Commercial Bank"),
    ("citi", "Citibank"),
    ("smbc", "Sumitomo Mitsui Banking Corporation"),
    ("sc", "Standard Chartered (Thai)"),
    ("cimb", "CIMB Thai Bank"),
    ("uob", "United Overseas Bank (Thai)"),
    ("bay", "Bank of Ayudhya (Krungsri)"),
    ("mega", "Mega International Commercial Bank"),
    ("boa", "Bank of America"),
    ("cacib", "Crédit Agricole"),
    ("gsb", "Government Savings Bank"),
    ("hsbc", "Hongkong and Shanghai Banking Corporation"),
    ("db", "Deutsche Bank"),
    ("ghb", "Government Housing Bank"),
    ("baac", "Bank for Agriculture and Agricultural Cooperatives"),
    ("mb", "Mizuho Bank"),
    ("bnp", "BNP Paribas"),
    ("tbank", "Thanachart Bank"),
    ("ibank", "Islamic Bank of Thailand"),
    ("tisco", "Tisco Bank"),
    ("kk", "Kiatnakin Bank"),
    ("icbc", "Industrial and Commercial Bank of China (Thai)"),
    ("tcrb", "Thai Credit Retail Bank"),
    ("lhb", "Land and Houses Bank"),
];

/// A bank's name; a code that is not known is its own name.
pub(crate) fn name(code: &str) -> &str {
    BANKS.into_iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// Every known code, in the order in which Omise's capability lists them.
pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    BANKS.into_iter().map(|(code, _)| code)
}
