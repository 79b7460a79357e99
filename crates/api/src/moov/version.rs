//! Which version of Moov's API an answer is in (its page "Version reference").

/// A version that changed something. The schedule API is alike in all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Version {
    /// The first, and what a request without a version gets.
    V2024_01_00,
    /// The first quarter of 2025.
    V2025_01_00,
    /// The second quarter of 2025.
    V2025_04_00,
    /// The third quarter of 2025. Its fourth changed nothing and was not published.
    V2025_07_00,
    /// The first quarter of 2026.
    V2026_01_00,
    /// The second quarter of 2026.
    V2026_04_00,
    /// The third quarter of 2026.
    V2026_07_00,
    /// The fourth quarter of 2026, still in development when this was written.
    V2026_10_00,
}

/// Year, first month of the quarter, build: `v2026.07.00`.
type Number = (u16, u8, u8);

impl Version {
    /// All there are, newest first.
    pub const ALL: [Version; 8] = [
        Version::V2026_10_00,
        Version::V2026_07_00,
        Version::V2026_04_00,
        Version::V2026_01_00,
        Version::V2025_07_00,
        Version::V2025_04_00,
        Version::V2025_01_00,
        Version::V2024_01_00,
    ];
    /// What a request that names none gets.
    pub const DEFAULT: Version = Version::V2024_01_00;
    /// What `latest` means.
    pub const NEWEST: Version = Version::V2026_10_00;

    /// As in the header `X-Moov-Version`.
    #[must_use]
    pub fn text(self) -> String {
        format!("v{}", self.name())
    }

    /// The same, without its first letter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Version::V2024_01_00 => "2024.01.00",
            Version::V2025_01_00 => "2025.01.00",
            Version::V2025_04_00 => "2025.04.00",
            Version::V2025_07_00 => "2025.07.00",
            Version::V2026_01_00 => "2026.01.00",
            Version::V2026_04_00 => "2026.04.00",
            Version::V2026_07_00 => "2026.07.00",
            Version::V2026_10_00 => "2026.10.00",
        }
    }

    /// Whether anything in it differs on the wire from the version before it.
    #[must_use]
    pub const fn is_told_apart(self) -> bool {
        !matches!(self, Version::V2025_04_00)
    }

    const fn number(self) -> Number {
        match self {
            Version::V2024_01_00 => (2024, 1, 0),
            Version::V2025_01_00 => (2025, 1, 0),
            Version::V2025_04_00 => (2025, 4, 0),
            Version::V2025_07_00 => (2025, 7, 0),
            Version::V2026_01_00 => (2026, 1, 0),
            Version::V2026_04_00 => (2026, 4, 0),
            Version::V2026_07_00 => (2026, 7, 0),
            Version::V2026_10_00 => (2026, 10, 0),
        }
    }

    /// What the header `X-Moov-Version` asks for: the newest version not newer than it,
    /// the oldest where it is older than all, [`Version::NEWEST`] for `latest`. `None`
    /// where it is not in the form of a version.
    #[must_use]
    pub fn resolve(asked: &str) -> Option<Version> {
        if asked == "latest" {
            return Some(Version::NEWEST);
        }
        let asked = number(asked)?;
        let newest = Version::ALL.into_iter().find(|version| version.number() <= asked);
        Some(newest.unwrap_or(Version::DEFAULT))
    }
}

fn number(text: &str) -> Option<Number> {
    let mut parts = text.strip_prefix('v')?.split('.');
    let (year, month, build) = (parts.next()?, parts.next()?, parts.next()?);
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let shaped = digits(year, 4) && digits(month, 2) && digits(build, 2) && parts.next().is_none();
    shaped.then(|| Some((year.parse().ok()?, month.parse().ok()?, build.parse().ok()?))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_itself() {
        for version in Version::ALL {
            let (year, month, build) = version.number();
            let text = format!("v{year}.{month:02}.{build:02}");
            assert_eq!(Version::resolve(&text), Some(version));
        }
    }

    #[test]
    fn an_unknown_version_is_the_newest_not_newer_than_it() {
        // The example of Moov's own reference.
        assert_eq!(Version::resolve("v2026.08.00"), Some(Version::V2026_07_00));
        // SDKs of late 2025 send the version that was never published.
        assert_eq!(Version::resolve("v2025.10.00"), Some(Version::V2025_07_00));
        assert_eq!(Version::resolve("v2026.07.03"), Some(Version::V2026_07_00));
        assert_eq!(Version::resolve("v9000.00.00"), Some(Version::NEWEST));
    }

    #[test]
    fn latest_is_the_newest() {
        assert_eq!(Version::resolve("latest"), Some(Version::NEWEST));
    }

    #[test]
    fn what_is_older_than_all_is_the_oldest() {
        for old in ["v2024.00.00", "v0001.00.00", "v2023.10.00"] {
            assert_eq!(Version::resolve(old), Some(Version::V2024_01_00), "{old}");
        }
    }

    #[test]
    fn what_is_not_in_the_form_of_a_version_is_none() {
        for wrong in [
            "",
            "2022",
            "v2024",
            "v2024.1.0",
            "2024.01.00",
            "V2024.01.00",
            "v2024.01.00.00",
            "v2024.01.0a",
            "v+024.01.00",
            " v2024.01.00",
            "Latest",
            "v٢٠٢٤.01.00",
        ] {
            assert_eq!(Version::resolve(wrong), None, "{wrong}");
        }
    }
}
