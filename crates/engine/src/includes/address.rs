//! Addresses a server must not be sent to by somebody's pipeline file.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// Why an address is refused; `None` when it is outside.
pub(super) fn refusal(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(v4) => of_v4(v4),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => of_v4(v4),
            None => of_v6(v6),
        },
    }
    .or_else(|| is_own(ip).then_some(LOCALHOST))
}

const LOCALHOST: &str = "Requests to localhost are not allowed";
const LOOPBACK: &str = "Requests to loopback addresses are not allowed";
const LINK_LOCAL: &str = "Requests to the link local network are not allowed";
const LOCAL: &str = "Requests to the local network are not allowed";
const SHARED: &str = "Requests to the shared address space are not allowed";
const BROADCAST: &str = "Requests to the limited broadcast address are not allowed";
const SPECIAL: &str = "Requests to addresses with a special purpose are not allowed";

/// Where a cloud's machines ask about themselves, at an address that looks like any other.
const METADATA: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

fn of_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0, ..) => Some(LOCALHOST),
        _ if ip == Ipv4Addr::LOCALHOST => Some(LOCALHOST),
        (127, ..) => Some(LOOPBACK),
        (169, 254, _) => Some(LINK_LOCAL),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some(LOCAL),
        (100, 64..=127, _) => Some(SHARED),
        (255, 255, 255) if ip == Ipv4Addr::BROADCAST => Some(BROADCAST),
        (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) | (224..=255, ..) => Some(SPECIAL),
        _ if ip == METADATA => Some(LINK_LOCAL),
        _ => None,
    }
}

fn of_v6(ip: Ipv6Addr) -> Option<&'static str> {
    match ip.segments()[0] {
        _ if ip == Ipv6Addr::LOCALHOST || ip == Ipv6Addr::UNSPECIFIED => Some(LOCALHOST),
        0xfe80..=0xfebf => Some(LINK_LOCAL),
        0xfc00..=0xfdff | 0xfec0..=0xfeff => Some(LOCAL),
        // Global unicast is 2000::/3; all else has a purpose of its own, and so have documentation's ranges.
        0x2000..=0x3fff if !is_documentation(ip) => None,
        _ => Some(SPECIAL),
    }
}

fn is_documentation(ip: Ipv6Addr) -> bool {
    matches!(ip.segments(), [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..])
}

/// The IPv4 address that one of IPv6 leads to: mapped, translated (64:ff9b::/96) and 6to4 ones.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] if high != 0 => Some(pair(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

/// Whether it is an address of this very machine: then the way to it begins where it ends. Nothing is sent.
fn is_own(ip: IpAddr) -> bool {
    let any: IpAddr = if ip.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((ip, 9))?;
        socket.local_addr()
    });
    socket.is_ok_and(|from| from.ip() == ip)
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn inward_addresses_are_refused_in_every_spelling() {
        let inward = [
            "127.0.0.1",
            "127.1.2.3",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.0.192",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "fe80::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001:db8::1",
        ];
        for ip in inward {
            assert!(refusal(ip.parse().unwrap()).is_some(), "{ip}");
        }
    }

    #[test]
    fn outward_addresses_are_not() {
        for ip in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "169.253.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert_eq!(refusal(ip.parse().unwrap()), None, "{ip}");
        }
    }

    #[test]
    fn reasons_are_told_apart() {
        let why = |ip: &str| refusal(ip.parse().unwrap()).unwrap();
        assert_eq!(why("127.0.0.1"), "Requests to localhost are not allowed");
        assert_eq!(why("127.0.0.2"), "Requests to loopback addresses are not allowed");
        assert_eq!(why("::ffff:192.168.0.1"), "Requests to the local network are not allowed");
        assert_eq!(why("169.254.169.254"), "Requests to the link local network are not allowed");
    }
}
