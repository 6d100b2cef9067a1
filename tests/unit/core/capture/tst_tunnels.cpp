// SPDX-License-Identifier: MIT
// What stands around TCP and UDP in captures, and what is neither.
#include "core/capture/importedrecording.h"
#include "core/capture/packetbuilder.h"
#include "core/capture/packetreader.h"

#include <QTemporaryDir>
#include <QtEndian>
#include <QtTest/QtTest>

#include <random>

using namespace sw;

namespace {

constexpr quint32 ethernet = 1;

QByteArray hex(const char* digits) {
    return QByteArray::fromHex(digits);
}

/// Ethernet, IPv4 and UDP around a payload.
QByteArray frame(QByteArrayView payload = "payload", bool isSix = false) {
    const PacketEnd from{QHostAddress(QString::fromLatin1(isSix ? "fd00::1" : "10.0.0.1")), 40000};
    const PacketEnd to{QHostAddress(QString::fromLatin1(isSix ? "fd00::2" : "10.0.0.2")), 5000};
    return udpHead(from, to, payload) + payload.toByteArray();
}

QByteArray packet(QByteArrayView payload = "payload", bool isSix = false) {
    return frame(payload, isSix).mid(14);
}

QByteArray addresses() {
    return hex("020000000001020000000002");
}

QByteArray ether(const char* type, const QByteArray& rest) {
    return addresses() + hex(type) + rest;
}

QByteArray big16(qsizetype value) {
    QByteArray bytes(2, '\0');
    qToBigEndian(static_cast<quint16>(value), bytes.data());
    return bytes;
}

/// IPv4 around the payload of a protocol.
QByteArray ipv4(quint8 protocol, const QByteArray& payload) {
    return hex("4500") + big16(20 + payload.size()) + hex("0001000040") + QByteArray(1, static_cast<char>(protocol)) +
           hex("0000ac100001ac100002") + payload;
}

QByteArray ipv6(quint8 next, const QByteArray& payload) {
    return hex("60000000") + big16(payload.size()) + QByteArray(1, static_cast<char>(next)) + hex("40") +
           hex("fd000000000000000000000000000011fd000000000000000000000000000012") + payload;
}

QByteArray udp(quint16 port, const QByteArray& payload) {
    return big16(50000) + big16(port) + big16(8 + payload.size()) + big16(0) + payload;
}

QByteArray pcap(const QVector<QByteArray>& frames, quint32 linkType = ethernet) {
    const auto raw = [](quint32 value) {
        QByteArray bytes(4, '\0');
        qToLittleEndian(value, bytes.data());
        return bytes;
    };
    QByteArray file = raw(0xa1b2c3d4) + hex("02000400") + QByteArray(8, '\0') + raw(65535) + raw(linkType);
    for (const QByteArray& one : frames)
        file += raw(1'700'000'000) + raw(1) + raw(static_cast<quint32>(one.size())) +
                raw(static_cast<quint32>(one.size())) + one;
    return file;
}

} // namespace

class TunnelsTest final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    Result<ImportedRecording> imported(const QByteArray& bytes) {
        const QString path = m_folder.filePath(QStringLiteral("x.pcap"));
        QFile file(path);
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly);
        file.write(bytes);
        file.close();
        return readRecording(path);
    }

private slots:
    void opensWhatHoldsUdp_data() {
        QTest::addColumn<quint32>("link");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, quint32 link, const QByteArray& bytes) {
            QTest::newRow(name) << link << bytes;
        };
        const QByteArray ip = packet();
        const QByteArray six = packet("payload", true);
        const QByteArray inner = frame();
        row("plain", ethernet, inner);
        row("802.1Q", ethernet, ether("81000064", hex("0800") + ip));
        row("QinQ", ethernet, ether("88a80064", hex("810000c8") + hex("86dd") + six));
        row("SNAP", ethernet, ether("0040", hex("aaaa030000000800") + ip));
        row("PPPoE", ethernet, ether("8864", hex("11000001") + big16(ip.size() + 2) + hex("0021") + ip));
        row("PPPoE, IPv6", ethernet, ether("8864", hex("11000001") + big16(six.size() + 2) + hex("0057") + six));
        row("PPPoE in a VLAN", ethernet,
            ether("81000064", hex("8864") + hex("11000001") + big16(ip.size() + 2) + hex("0021") + ip));
        row("MPLS", ethernet, ether("8847", hex("0001013f") + ip));
        row("MPLS, three labels", ethernet, ether("8847", hex("0001003f000110400001113f") + six));
        row("Ethernet in MPLS", ethernet, ether("8847", hex("0001013f") + inner));
        row("Ethernet in MPLS, control word", ethernet, ether("8847", hex("0001013f00000000") + inner));
        row("IP in IP", ethernet, ether("0800", ipv4(4, ip)));
        row("6in4", ethernet, ether("0800", ipv4(41, six)));
        row("4in6", ethernet, ether("86dd", ipv6(4, ip)));
        row("6in6", ethernet, ether("86dd", ipv6(41, six)));
        row("GRE", ethernet, ether("0800", ipv4(47, hex("00000800") + ip)));
        row("GRE with everything", ethernet,
            ether("0800", ipv4(47, hex("b0000800") + hex("000000000000000700000001") + ip)));
        row("Ethernet in GRE", ethernet, ether("0800", ipv4(47, hex("20006558000000ff") + inner)));
        row("MPLS in GRE", ethernet, ether("0800", ipv4(47, hex("00008847") + hex("0001013f") + ip)));
        row("PPTP", ethernet,
            ether("0800",
                  ipv4(47, hex("3001880b") + big16(ip.size() + 4) + hex("000100000000") + hex("ff030021") + ip)));
        row("ERSPAN II", ethernet, ether("0800", ipv4(47, hex("100088be00000001") + QByteArray(8, '\0') + inner)));
        row("EtherIP", ethernet, ether("0800", ipv4(97, hex("3000") + inner)));
        row("AH", ethernet,
            ether("0800",
                  ipv4(51, hex("11040000000000010000000100000000000000000000000000").left(24) + packet().mid(20))));
        row("VXLAN", ethernet, ether("0800", ipv4(17, udp(4789, hex("0800000000007b00") + inner))));
        row("VXLAN over IPv6", ethernet, ether("86dd", ipv6(17, udp(4789, hex("0800000000007b00") + inner))));
        row("VLAN in VXLAN", ethernet,
            ether("0800", ipv4(17, udp(4789, hex("0800000000007b00") + ether("81000005", hex("0800") + ip)))));
        row("Geneve", ethernet,
            ether("0800", ipv4(17, udp(6081, hex("0240655800007b00") + QByteArray(8, 'o') + inner))));
        row("GTP-U", ethernet,
            ether("0800", ipv4(17, udp(2152, hex("30ff") + big16(ip.size()) + hex("00000001") + ip))));
        row("GTP-U with an extension", ethernet,
            ether("0800", ipv4(17, udp(2152, hex("34ff") + big16(ip.size() + 8) + hex("00000001") + hex("00000085") +
                                                 hex("01100100") + ip))));
        row("IPv6 extension headers", ethernet,
            ether("86dd", ipv6(0, hex("3c00000000000000") + hex("1100000000000000") + udp(5000, "payload"))));
        row("Linux cooked", 113, hex("00000001000602000000000100000800") + ip);
        row("Linux cooked 2", 276, hex("08000000000000010001000602000000000100 00") + ip);
        row("raw IP", 101, ip);
        row("raw IP, old", 12, six);
        row("BSD loopback", 0, hex("02000000") + ip);
        row("OpenBSD loopback", 108, hex("00000018") + six);
        row("PPP", 9, hex("ff030021") + ip);
        row("PPP, short", 9, hex("21") + ip);
        row("Cisco HDLC", 104, hex("0f000800") + ip);
    }
    void opensWhatHoldsUdp() {
        QFETCH(quint32, link);
        QFETCH(QByteArray, bytes);
        PacketReader reader;
        const auto read = reader.read(link, bytes);
        QVERIFY2(read, qPrintable(reader.leftOut()));
        QCOMPARE(read->protocol, IpPacket::udp);
        QCOMPARE(read->payload.sliced(8).toByteArray(), QByteArray("payload"));
        for (qsizetype size = 0; size < bytes.size(); ++size) // cut anywhere: no reading beyond the end
            (void)reader.read(link, QByteArray(bytes.constData(), size));
        const QString path = QStringLiteral("x");
        const auto recording = imported(pcap({bytes}, link));
        QVERIFY(recording);
        QVERIFY2(recording->problems.isEmpty(), qPrintable(recording->problems.join(QLatin1Char('\n'))));
        QCOMPARE(recording->conversations.size(), 1U);
    }

    void datagramsThatOnlyLookLikeTunnelsStay_data() {
        QTest::addColumn<QByteArray>("datagram");
        QTest::addColumn<int>("port");
        QTest::newRow("text") << QByteArray("hello") << 4789;
        QTest::newRow("other flags") << hex("0c00000000007b00") + frame() << 4789;
        QTest::newRow("no frame in it") << hex("0800000000007b00") + QByteArray(60, 'x') << 4789;
        QTest::newRow("short") << hex("0800000000007b00") << 4789;
        QTest::newRow("GTP's echo") << hex("320100040000000000000000") << 2152;
        QTest::newRow("another port") << hex("0800000000007b00") + frame() << 4788;
    }
    void datagramsThatOnlyLookLikeTunnelsStay() {
        QFETCH(QByteArray, datagram);
        QFETCH(int, port);
        PacketReader reader;
        const auto read = reader.read(ethernet, ether("0800", ipv4(17, udp(static_cast<quint16>(port), datagram))));
        QVERIFY(read);
        QCOMPARE(read->payload.sliced(8).toByteArray(), datagram);
    }

    void socketsDatagramsAreNotOpened() {
        PacketReader reader;
        reader.setOpensUdp(false);
        const QByteArray datagram = hex("0800000000007b00") + frame();
        const auto read = reader.read(ethernet, ether("0800", ipv4(17, udp(4789, datagram))));
        QVERIFY(read);
        QCOMPARE(read->payload.sliced(8).toByteArray(), datagram);
    }

    void namesWhatItLeavesOut_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("what");
        const auto row = [](const QByteArray& bytes, const char* what) {
            QTest::newRow(what) << bytes << QString::fromLatin1(what);
        };
        row(ether("0806", QByteArray(28, '\1')), "ARP");
        row(ether("0800", ipv4(1, QByteArray(8, '\0'))), "ICMP");
        row(ether("86dd", ipv6(58, QByteArray(8, '\0'))), "ICMPv6");
        row(ether("0800", ipv4(2, QByteArray(8, '\0'))), "IGMP");
        row(ether("0800", ipv4(132, QByteArray(12, '\0'))), "SCTP");
        row(ether("0800", ipv4(50, QByteArray(12, '\0'))), "ESP");
        row(ether("0800", ipv4(200, QByteArray(12, '\0'))), "IP protocol 200");
        row(ether("88cc", QByteArray(12, '\0')), "LLDP");
        row(ether("1234", QByteArray(12, '\0')), "EtherType 0x1234");
        row(ether("0026", hex("424203") + QByteArray(35, '\0')), "STP");
        row(ether("8863", hex("11090000") + QByteArray(12, '\0')), "PPPoE discovery");
        row(ether("8864", hex("110000010004c0210101")), "PPP control");
        row(ether("0800", hex("45")), "damaged IPv4");
        row(hex("0102"), "damaged Ethernet");
        row(ether("0800", ipv4(17, udp(4789, hex("0800000000007b00") + ether("0806", QByteArray(28, '\1'))))), "ARP");
        QTest::newRow("IP in itself for ever") << [] {
            QByteArray bytes = packet();
            for (int i = 0; i < 40; ++i)
                bytes = ipv4(4, bytes);
            return ether("0800", bytes);
        }() << QStringLiteral("tunnels in more than 16 others");
    }
    void namesWhatItLeavesOut() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, what);
        PacketReader reader;
        QVERIFY(!reader.read(ethernet, bytes));
        QCOMPARE(reader.leftOut(), what);
    }

    void countsWhatItLeavesOut() {
        QVector<QByteArray> frames;
        for (int i = 0; i < 50; ++i)
            frames << ether("0800", ipv4(1, QByteArray(8, '\0'))) << ether("0806", QByteArray(28, '\1'));
        for (int i = 0; i < 20; ++i)
            frames << ether("0800", ipv4(132, QByteArray(12, '\0')));
        frames << frame();
        const auto recording = imported(pcap(frames));
        QVERIFY(recording);
        QCOMPARE(recording->problems, QStringList{QStringLiteral("120 packets left out: 50 ICMP, 50 ARP, 20 SCTP.")});
        QCOMPARE(recording->conversations.size(), 1U);
    }

    void countsFragmentsWithoutTheirRest() {
        QByteArray fragment = ipv4(17, udp(5000, QByteArray(100, 'x')));
        fragment[6] = 0x20; // more follow
        const auto recording = imported(pcap({ether("0800", fragment), frame()}));
        QVERIFY(recording);
        QCOMPARE(recording->problems.size(), 1);
        QVERIFY(recording->problems.constFirst().contains(QLatin1String("1 fragmented")));
    }

    void survivesAnything() {
        std::mt19937 random(5);
        PacketReader reader;
        const QVector<quint32> links{0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 228, 229, 276};
        const QVector<QByteArray> seeds{
            ether("0800", ipv4(47, hex("30010800") + packet())), ether("8847", hex("0001013f") + frame()),
            ether("0800", ipv4(17, udp(4789, hex("0800000000007b00") + frame()))),
            ether("0800", ipv4(17, udp(2152, hex("34ff0040000000010000008501100100") + packet()))),
            ether("8864", hex("110000010040") + hex("0021") + packet())};
        for (int i = 0; i < 200'000; ++i) {
            QByteArray bytes = seeds.at(static_cast<qsizetype>(random() % static_cast<unsigned>(seeds.size())));
            for (int n = 0; n < 3; ++n)
                bytes[static_cast<qsizetype>(random() % static_cast<unsigned>(bytes.size()))] =
                    static_cast<char>(random());
            bytes.truncate(static_cast<qsizetype>(random() % static_cast<unsigned>(bytes.size() + 1)));
            (void)reader.read(links.at(static_cast<qsizetype>(random() % static_cast<unsigned>(links.size()))),
                              QByteArray(bytes.constData(), bytes.size()));
        }
    }
};

QTEST_GUILESS_MAIN(TunnelsTest)
#include "tst_tunnels.moc"
