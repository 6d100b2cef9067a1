// SPDX-License-Identifier: MIT
#include "core/capture/protocolnames.h"

#include <map>

namespace sw {

QString linkTypeName(quint32 linkType) {
    static const std::map<quint32, const char*> names{
        {0, "BSD loopback"},
        {1, "Ethernet"},
        {9, "PPP"},
        {12, "raw IP"},
        {14, "raw IP"},
        {50, "PPP in HDLC"},
        {51, "PPPoE"},
        {101, "raw IP"},
        {104, "Cisco HDLC"},
        {105, "IEEE 802.11 (wireless LAN)"},
        {107, "Frame Relay"},
        {108, "OpenBSD loopback"},
        {113, "Linux cooked (SLL)"},
        {127, "IEEE 802.11 with radiotap"},
        {163, "IEEE 802.11 with AVS"},
        {187, "Bluetooth HCI"},
        {189, "USB (Linux)"},
        {192, "PPI"},
        {195, "IEEE 802.15.4"},
        {201, "Bluetooth HCI with direction"},
        {220, "USB (Linux, padded)"},
        {227, "CAN"},
        {228, "IPv4"},
        {229, "IPv6"},
        {247, "Infiniband"},
        {249, "USBPcap"},
        {251, "Bluetooth Low Energy"},
        {252, "Wireshark's exported PDUs"},
        {253, "Linux netlink"},
        {276, "Linux cooked (SLL2)"},
        {280, "Zigbee (802.15.4 TAP)"},
    };
    const auto found = names.find(linkType);
    if (found != names.end())
        return QString::fromLatin1(found->second);
    return linkType >= 147 && linkType <= 162 ? QStringLiteral("private use %1").arg(linkType - 147)
                                              : QStringLiteral("link type %1").arg(linkType);
}

namespace {

const std::map<quint16, const char*>& etherTypes() {
    static const std::map<quint16, const char*> names{
        {0x0806, "ARP"},
        {0x0842, "Wake-on-LAN"},
        {0x22f0, "AVTP"},
        {0x22f3, "TRILL"},
        {0x6002, "DEC MOP"},
        {0x6003, "DECnet"},
        {0x8035, "RARP"},
        {0x809b, "AppleTalk"},
        {0x80f3, "AppleTalk ARP"},
        {0x8100, "VLAN"},
        {0x8137, "IPX"},
        {0x8808, "Ethernet flow control"},
        {0x8809, "LACP and other slow protocols"},
        {0x8847, "MPLS"},
        {0x8848, "MPLS"},
        {0x8863, "PPPoE discovery"},
        {0x887b, "HomePlug"},
        {0x888e, "EAPOL"},
        {0x8892, "PROFINET"},
        {0x88a2, "ATA over Ethernet"},
        {0x88a4, "EtherCAT"},
        {0x88ab, "POWERLINK"},
        {0x88b8, "GOOSE"},
        {0x88ba, "IEC 61850 sampled values"},
        {0x88cc, "LLDP"},
        {0x88cd, "SERCOS III"},
        {0x88e1, "HomePlug AV"},
        {0x88e5, "MACsec"},
        {0x88e7, "provider backbone bridges"},
        {0x88f7, "PTP"},
        {0x8902, "connectivity fault management"},
        {0x8906, "FCoE"},
        {0x890d, "TDLS"},
        {0x8914, "FCoE initialisation"},
        {0x8915, "RoCE"},
        {0x892f, "HSR"},
        {0x9000, "Ethernet loopback"},
    };
    return names;
}

} // namespace

QString etherTypeName(quint16 type) {
    const auto found = etherTypes().find(type);
    return found == etherTypes().end() ? QStringLiteral("EtherType 0x%1").arg(type, 4, 16, QLatin1Char('0'))
                                       : QString::fromLatin1(found->second);
}

bool hasEtherTypeName(quint16 type) {
    return etherTypes().contains(type);
}

QString ipProtocolName(quint8 protocol) {
    static const std::map<quint8, const char*> names{
        {1, "ICMP"},
        {2, "IGMP"},
        {3, "GGP"},
        {5, "ST"},
        {7, "CBT"},
        {8, "EGP"},
        {9, "IGP"},
        {12, "PUP"},
        {22, "XNS-IDP"},
        {27, "RDP"},
        {33, "DCCP"},
        {36, "XTP"},
        {46, "RSVP"},
        {47, "GRE"},
        {50, "ESP"},
        {54, "NARP"},
        {55, "MOBILE"},
        {58, "ICMPv6"},
        {59, "IPv6 without content"},
        {88, "EIGRP"},
        {89, "OSPF"},
        {92, "MTP"},
        {98, "ENCAP"},
        {103, "PIM"},
        {108, "IPComp"},
        {112, "VRRP"},
        {113, "PGM"},
        {115, "L2TP"},
        {118, "STP (Schedule Transfer)"},
        {124, "IS-IS over IPv4"},
        {132, "SCTP"},
        {133, "Fibre Channel"},
        {136, "UDP-Lite"},
        {138, "MANET"},
        {139, "HIP"},
        {140, "Shim6"},
        {141, "WESP"},
        {142, "ROHC"},
        {143, "Ethernet in IP"},
    };
    const auto found = names.find(protocol);
    return found == names.end() ? QStringLiteral("IP protocol %1").arg(protocol) : QString::fromLatin1(found->second);
}

} // namespace sw
