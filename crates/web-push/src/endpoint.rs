//! Where a browser is reached, and what may be called at all.
//!
//! An endpoint is an address that a stranger gave us to call, so it must not lead into our own network. It is looked at
//! when it is taken, and the addresses of its name again with each connection, as a name may mean something else by then.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::LazyLock,
    time::Duration,
};

use ipnet::IpNet;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// The longest endpoint, in bytes. Those of the large push services have a few hundred.
pub const MAX_ENDPOINT: usize = 2000;

/// How long a name is asked about when an endpoint is taken.
const PATIENCE: Duration = Duration::from_secs(2);

/// Which addresses are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the internet, by https.
    Public,
    /// Any, by http too: for push services of one's own, and tests.
    Any,
}

/// Why an endpoint is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an absolute URL, too long, or with a name and password.
    #[error("must be a URL of at most {MAX_ENDPOINT} characters, without a name and a password")]
    Url,
    /// Not https.
    #[error("must be an https address")]
    Scheme,
    /// It leads into a network that is not the internet.
    #[error("must be an address of the internet")]
    Private,
}

/// Where a browser is reached: a capability, to be kept like a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// An endpoint as a browser names it, looked at without asking anybody.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub fn parse(text: &str, reach: Reach) -> Result<Self, EndpointError> {
        if text.len() > MAX_ENDPOINT {
            return Err(EndpointError::Url);
        }
        let url = Url::parse(text).map_err(|_| EndpointError::Url)?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !url.has_host() || !is_plain || url.as_str().len() > MAX_ENDPOINT {
            return Err(EndpointError::Url);
        }
        match (url.scheme(), reach) {
            ("https", _) | ("http", Reach::Any) => {}
            _ => return Err(EndpointError::Scheme),
        }
        if reach == Reach::Public && !may_be_public(url.host_str().unwrap_or_default()) {
            return Err(EndpointError::Private);
        }
        Ok(Self(url))
    }

    /// The same, and its name is looked up: one that means an address of our own network is refused. A name that nobody
    /// can say anything of now is taken.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub async fn look_up(text: &str, reach: Reach) -> Result<Self, EndpointError> {
        let endpoint = Self::parse(text, reach)?;
        if reach == Reach::Any {
            return Ok(endpoint);
        }
        let host = endpoint.host().to_owned();
        let asked = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, 443))).await;
        let is_private =
            asked.is_ok_and(|found| found.is_ok_and(|mut found| found.any(|address| !is_public(address.ip()))));
        if is_private { Err(EndpointError::Private) } else { Ok(endpoint) }
    }

    /// The whole of it. A secret.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The push service, which is no secret.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub(crate) fn url(&self) -> Url {
        self.0.clone()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Endpoint").field(&self.host()).finish()
    }
}

/// Whether a host may be one of the internet: an address of it, or a name with a dot in it.
fn may_be_public(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return is_public(address);
    }
    let name = bare.trim_end_matches('.').to_ascii_lowercase();
    let of_this_network = [".localhost", ".local", ".internal", ".home.arpa"];
    name.contains('.') && !of_this_network.iter().any(|end| name.ends_with(end))
}

/// What IANA's registries of special-purpose addresses (RFC 6890) say is not reachable from everywhere, and multicast.
static SPECIAL: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ];
    networks.iter().filter_map(|network| network.parse().ok()).collect()
});

/// Whether an address is one of the internet. What carries another one within it is judged by that.
fn is_public(address: IpAddr) -> bool {
    let address = match address {
        IpAddr::V6(v6) => carried(v6).map_or(address, IpAddr::V4),
        v4 => v4,
    };
    !SPECIAL.iter().any(|network| network.contains(&address))
}

/// The IPv4 address that an IPv6 one stands for: mapped, behind a translator (RFC 6052), or of 6to4 (RFC 3056).
fn carried(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, _, _, _, g, h] = v6.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x64, 0xff9b) if c == 0 => Some(of(g, h)),
        (0x2002, high) => Some(of(high, c)),
        _ => v6.to_ipv4_mapped(),
    }
}

/// Finds the addresses of names, and keeps silent about those of our own network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names(pub(crate) Reach);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = found.filter(|address| reach == Reach::Any || is_public(address.ip()));
            let allowed: Vec<SocketAddr> = allowed.collect();
            if allowed.is_empty() {
                return Err(EndpointError::Private.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::google("https://fcm.googleapis.com/fcm/send/abc:def")]
    #[case::mozilla("https://updates.push.services.mozilla.com:443/wpush/v2/gAAA")]
    #[case::an_address("https://8.8.8.8/x")]
    #[case::an_address_of_six("https://[2606:4700::1111]/x")]
    fn the_internet_is_called(#[case] endpoint: &str) {
        assert!(Endpoint::parse(endpoint, Reach::Public).is_ok());
    }

    #[rstest]
    #[case::loopback("https://127.0.0.1/x")]
    #[case::loopback_as_a_number("https://2130706433/x")]
    #[case::loopback_in_octal("https://0177.0.0.1/x")]
    #[case::loopback_cut("https://127.1/x")]
    #[case::nothing("https://0.0.0.0/x")]
    #[case::private("https://10.1.2.3/x")]
    #[case::private_12("https://172.31.255.255/x")]
    #[case::private_16("https://192.168.0.1/x")]
    #[case::carrier("https://100.64.0.1/x")]
    #[case::metadata("https://169.254.169.254/latest/meta-data")]
    #[case::multicast("https://224.0.0.1/x")]
    #[case::broadcast("https://255.255.255.255/x")]
    #[case::loopback_of_six("https://[::1]/x")]
    #[case::nothing_of_six("https://[::]/x")]
    #[case::mapped("https://[::ffff:127.0.0.1]/x")]
    #[case::compatible("https://[::7f00:1]/x")]
    #[case::translated("https://[64:ff9b::a00:1]/x")]
    #[case::tunnelled("https://[2002:7f00:1::]/x")]
    #[case::unique_local("https://[fd00::1]/x")]
    #[case::link_local("https://[fe80::1]/x")]
    #[case::localhost("https://localhost/x")]
    #[case::localhost_dot("https://localhost./x")]
    #[case::below_localhost("https://a.localhost/x")]
    #[case::a_bare_name("https://redis:6379/x")]
    #[case::internal("https://metadata.google.internal/x")]
    #[case::printers("https://printer.local/x")]
    fn our_own_network_is_not(#[case] endpoint: &str) {
        assert_eq!(Endpoint::parse(endpoint, Reach::Public), Err(EndpointError::Private), "{endpoint}");
        assert!(Endpoint::parse(endpoint, Reach::Any).is_ok(), "{endpoint}");
    }

    #[rstest]
    #[case::http("http://fcm.googleapis.com/x", EndpointError::Scheme)]
    #[case::file("file://host/etc/passwd", EndpointError::Scheme)]
    #[case::gopher("gopher://push.example/x", EndpointError::Scheme)]
    #[case::script("javascript:alert(1)", EndpointError::Url)]
    #[case::relative("/v1/me", EndpointError::Url)]
    #[case::nothing("", EndpointError::Url)]
    #[case::credentials("https://user:password@push.example/x", EndpointError::Url)]
    #[case::a_name("https://user@push.example/x", EndpointError::Url)]
    #[case::fragment("https://push.example/x#y", EndpointError::Url)]
    #[case::long(&format!("https://push.example/{}", "x".repeat(MAX_ENDPOINT)), EndpointError::Url)]
    #[case::long_when_encoded(&format!("https://push.example/{}", "я".repeat(900)), EndpointError::Url)]
    fn what_is_no_endpoint_is_refused(#[case] endpoint: &str, #[case] error: EndpointError) {
        assert_eq!(Endpoint::parse(endpoint, Reach::Public), Err(error));
    }

    #[tokio::test]
    async fn a_name_of_our_own_network_has_no_address() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Names(Reach::Public).resolve(name()).await.is_err());
        assert!(Names(Reach::Any).resolve(name()).await.unwrap().count() > 0);
    }

    #[test]
    fn an_endpoint_is_not_shown() {
        let endpoint = Endpoint::parse("https://push.example/secret?also", Reach::Public).unwrap();
        assert_eq!(format!("{endpoint:?}"), r#"Endpoint("push.example")"#);
        assert_eq!(endpoint.origin(), "https://push.example");
    }

    #[test]
    fn the_list_of_networks_can_be_read() {
        assert_eq!(SPECIAL.len(), 26);
    }
}
