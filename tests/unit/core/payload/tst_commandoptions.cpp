// SPDX-License-Identifier: MIT
// What becomes of the options of addresses and commands: each is carried, or refused by name.
#include "core/payload/commands.h"
#include "core/payload/shellwords.h"

#include <QtTest/QtTest>

#include <algorithm>

using namespace sw;

class CommandOptionsTest : public QObject {
    Q_OBJECT

private:
    static QStringList valuesOf(const OptionSpec& spec) {
        switch (spec.type) {
        case OptionType::Switch:
            return {QStringLiteral("on"), QStringLiteral("off")};
        case OptionType::Choice:
            return QString::fromLatin1(spec.choices).split(QLatin1Char('|'));
        case OptionType::Duration:
            return {QStringLiteral("3s")};
        case OptionType::Host:
            return {QStringLiteral("127.0.0.7")};
        case OptionType::Group:
            return {QStringLiteral("224.0.0.9")};
        case OptionType::Destination:
            return {QStringLiteral("127.0.0.7:9")};
        case OptionType::Secret:
            return {QStringLiteral("env:KEY")};
        case OptionType::Text:
            return {qstrcmp(spec.name, "mode") == 0 ? QStringLiteral("0640") : QStringLiteral("some-text")};
        default:
            return {QString::number(std::max<qint64>(spec.minimum, 1))};
        }
    }

    static void checkOption(CommandTool tool, const OptionSpec& spec, Role role, Scheme scheme,
                            const QStringList& itsOwn) {
        if (role == Role::Listen && qstrcmp(spec.name, "verify") == 0)
            return; // it changes nothing while clients are asked for no certificate
        const QString base =
            schemeName(scheme) + (isLocal(scheme) ? QStringLiteral(":///tmp/x") : QStringLiteral("://h:443"));
        const std::optional<QByteArray> message =
            tool == CommandTool::Curl ? std::optional(QByteArray("GET / HTTP/1.1\r\nHost: h\r\n\r\n")) : std::nullopt;
        const bool needsCertificate = role == Role::Listen && (scheme == Scheme::Tls || scheme == Scheme::Dtls);
        for (const QString& value : valuesOf(spec)) {
            auto plain = parseAddress(base);
            if (needsCertificate && qstrcmp(spec.name, "cert") != 0)
                plain->setOption(QStringLiteral("cert"), QStringLiteral("c.pem"));
            Address given = *plain;
            given.setOption(QString::fromLatin1(spec.name), value);
            const auto without = toCommand(tool, *plain, role, message);
            const auto with = toCommand(tool, given, role, message);
            const QString option = QString::fromLatin1(spec.name) + QLatin1Char('=') + value;
            if (!with) {
                const bool cannotAtAll = !without && with.error().detail == without.error().detail;
                const bool isNamed = with.error().detail.toText().contains(QString::fromLatin1(spec.name)) &&
                                     with.error().detail.toText().contains(toolName(tool));
                QVERIFY2(cannotAtAll || isNamed, qPrintable(option + QLatin1String(": ") + with.error().detail));
                continue;
            }
            if (!without || *with != *without)
                continue;
            QVERIFY2(itsOwn.contains(option), qPrintable(*with + QLatin1String(" lacks ") + option));
        }
    }

private slots:
    void optionsThatAnAddressCannotSayAreRefusedByName_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("names");
        const auto row = [](const char* command, const char* names) {
            QTest::newRow(command) << QString::fromLatin1(command) << QString::fromLatin1(names);
        };
        row("openssl s_client -connect h:443 -proxy p:3128", "-proxy");
        row("openssl s_client -connect h:443 -noservername", "-noservername");
        row("openssl s_client -connect h:443 -bogus", "-bogus");
        row("openssl s_client -connect h:443 -starttls smtp", "-starttls");
        row("openssl s_client -connect h:443 -servername a -verify_hostname b", "-verify_hostname");
        row("openssl s_client -connect h:443 -no_tls1_3", "-no_tls1_3");
        row("openssl s_client -connect", "-connect");
        row("ncat --proxy p:3128 h 80", "--proxy");
        row("ncat --exec /bin/sh -l 80", "--exec");
        row("ncat -e /bin/sh -l 80", "-e");
        row("ncat -lc id 80", "-c");
        row("ncat -m 5 -lk 80", "-m");
        row("ncat --allow 10.0.0.1 -l 80", "--allow");
        row("ncat --sctp h 80", "--sctp");
        row("ncat -d 3 h 80", "-d");
        row("ncat --send-only h 80", "--send-only");
        row("ncat -l -s 127.0.0.1 80", "-s");
        row("ncat -o dump h 80", "-o");
        row("nc -z h 80", "-z");
        row("nc -q 1 h 80", "-q");
        row("nc -x p:1080 h 80", "-x");
        row("nc -S h 80", "-S");
        row("nc -l -w 3 80", "-w");
        row("nc h 80 -w", "-w");
        row("socat - TCP:h:80,crnl", "crnl");
        row("socat - TCP:h:80,eof=close", "eof=close");
        row("socat -,ignoreeof TCP:h:80", "-,ignoreeof");
        row("socat -T 3 - TCP:h:80", "-T");
        row("socat -u - TCP:h:80", "-u");
        row("socat - OPENSSL:h:443,snihost=other", "snihost=other");
        row("socat - OPENSSL:h:443,no-sni=1", "no-sni");
        row("socat - PROXY:p:h:80", "PROXY");
        row("curl -x p:3128 http://h/", "-x");
        row("curl --proxy p:3128 http://h/", "--proxy");
        row("curl -L http://h/", "-L");
        row("curl -sSLk https://h/", "-L");
        row("curl -F a=b http://h/", "-F");
        row("curl --resolve h:80:127.0.0.1 http://h/", "--resolve");
        row("curl -H @file http://h/", "@file");
        row("curl -b jar http://h/", "jar");
        row("curl --capath /etc/ssl https://h/", "--capath");
        row("curl --interface eth0 http://h/", "eth0");
        row("curl http://a/ http://b/", "more than one URL");
        row("curl 'http://h/{a,b}'", "-g");
        row("curl --unix-socket /run/x https://h/", "https");
        row("echo x | curl http://h/", "--data-binary");
        row("telnet -l me h", "-l");
        row("swright connect tcp://h:80 --for 3s", "--for");
        // addresses that other programs read as octal
        row("nc 192.168.001.010 502", "192.168.1.10");
        row("nc -s 010.0.0.1 h 80", "10.0.0.1");
        row("socat - TCP:010.0.0.1:80", "10.0.0.1");
        row("socat TCP4-LISTEN:80,bind=0127.0.0.1 -", "127.0.0.1");
        row("curl http://010.0.0.1/", "10.0.0.1");
        row("openssl s_client -connect 010.0.0.1:443", "10.0.0.1");
    }
    void optionsThatAnAddressCannotSayAreRefusedByName() {
        QFETCH(QString, command);
        QFETCH(QString, names);
        const auto pasted = fromCommand(command);
        QVERIFY2(!pasted, pasted ? qPrintable(formatAddress(pasted->address)) : "");
        QVERIFY2(pasted.error().detail.toText().contains(names), qPrintable(pasted.error().detail.toText()));
    }

    void whatAnAddressSaysIsInTheCommand_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* address, const char* program, const char* words) {
            QTest::addRow("%s %s", address, program)
                << QString::fromLatin1(address) << QString::fromLatin1(program) << QString::fromLatin1(words);
        };
        row("tls://h:443", "ncat", "ncat --ssl --ssl-verify --ssl-servername h -- h 443");
        row("tls://h:443?verify=off", "ncat", "ncat --ssl --ssl-servername h -- h 443");
        row("tls://h:443?name=n", "ncat", "ncat --ssl --ssl-verify --ssl-servername n -- h 443");
        row("tls://h:443?ca=c.pem", "ncat",
            "ncat --ssl --ssl-verify --ssl-trustfile c.pem --ssl-servername h -- h 443");
        row("tls://h:443?cert=c.pem&key=k.pem", "ncat",
            "ncat --ssl --ssl-verify --ssl-servername h --ssl-cert c.pem --ssl-key k.pem -- h 443");
        row("tcp://h:80?timeout=1500ms", "ncat", "ncat -w 1.5 -- h 80");
        row("listen tls://*:443?cert=c.pem&key=k.pem", "ncat",
            "ncat -l -k --ssl --ssl-cert c.pem --ssl-key k.pem -- 443");
        row("listen tcp://:80", "ncat", "ncat -l -k -- 127.0.0.1 80");
        row("tls://h:443", "socat", "socat - OPENSSL:h:443");
        row("tls://h:443?ca=c.pem", "socat", "socat - OPENSSL:h:443,cafile=c.pem");
        row("tls://h:443?cert=c.pem&key=k.pem", "socat", "socat - OPENSSL:h:443,cert=c.pem,key=k.pem");
        row("tls://h:443?verify=off", "socat", "socat - OPENSSL:h:443,verify=0");
        row("tls://h:443?name=n&min=1.3", "socat",
            "socat - OPENSSL:h:443,commonname=n,snihost=n,openssl-min-proto-version=TLS1.3");
        row("tls://[::1]:443?ipv6=only", "socat", "socat - 'OPENSSL:[::1]:443,pf=ip6,no-sni=1'");
        row("listen tls://*:443?cert=c.pem&key=k.pem", "socat",
            "socat - OPENSSL-LISTEN:443,pf=ip6,ipv6only=0,reuseaddr,fork,verify=0,cert=c.pem,key=k.pem");
        row("listen tls://:443?cert=c.pem&ca=a.pem&clientcert=require", "socat",
            "socat - OPENSSL-LISTEN:443,pf=ip4,bind=127.0.0.1,reuseaddr,fork,verify=1,cert=c.pem,cafile=a.pem");
        row("tcp://h:80?timeout=2s&nodelay=off&linger=0", "socat",
            "socat - TCP:h:80,nodelay=0,linger=0,connect-timeout=2");
        row("tcp://127.0.0.1:80?ttl=5", "socat", "socat - TCP4:127.0.0.1:80,ttl=5");
        row("tcp://[::1]:80?ttl=5", "socat", "socat - 'TCP6:[::1]:80,ipv6-unicast-hops=5'");
        row("listen udp://*:5353?join=224.0.0.251%25eth0&ipv6=off", "socat",
            "socat -u UDP4-RECV:5353,ip-add-membership=224.0.0.251:eth0 -");
        row("listen tcp://:80?max=2", "socat", "socat - TCP4-LISTEN:80,bind=127.0.0.1,reuseaddr,fork,max-children=2");
        row("tls://h:443", "openssl",
            "openssl s_client -quiet -connect h:443 -servername h -verify_hostname h -verify_return_error");
        row("tls://127.0.0.1:443", "openssl",
            "openssl s_client -quiet -connect 127.0.0.1:443 -noservername -verify_ip 127.0.0.1 -verify_return_error");
        row("tls://h:443?name=n", "openssl",
            "openssl s_client -quiet -connect h:443 -servername n -verify_hostname n -verify_return_error");
        row("tls://h:443?verify=off", "openssl", "openssl s_client -quiet -connect h:443 -servername h");
        row("tls://h:443?ca=c.pem&verify=off", "openssl",
            "openssl s_client -quiet -connect h:443 -servername h -CAfile c.pem");
        row("tls://h:443?cert=c.pem&key=k.pem&verify=off", "openssl",
            "openssl s_client -quiet -connect h:443 -servername h -cert c.pem -key k.pem");
        row("tls://h:443?alpn=h2&min=1.3&verify=off", "openssl",
            "openssl s_client -quiet -connect h:443 -servername h -tls1_3 -alpn h2");
        row("tls://h:443?ciphers=A:TLS_B&verify=off&keylog=k&ipv6=off", "openssl",
            "openssl s_client -quiet -connect h:443 -4 -servername h -keylogfile k -cipher A -ciphersuites TLS_B");
        row("dtls://127.0.0.1:5?verify=off", "openssl",
            "openssl s_client -quiet -connect 127.0.0.1:5 -noservername -dtls1_2");
        row("listen tls://localhost:443?cert=c.pem&clientcert=require&ca=a.pem", "openssl",
            "openssl s_server -quiet -accept localhost:443 -Verify 10 -verify_return_error -cert c.pem -CAfile a.pem");
        row("tcp://h:80?bind=127.0.0.1:9&timeout=2s&ipv6=off&keepalive=off", "curl",
            "curl -sS -g -4 --interface 'host!127.0.0.1' --local-port 9 --connect-timeout 2 --no-keepalive --url "
            "telnet://h:80");
    }
    void whatAnAddressSaysIsInTheCommand() {
        QFETCH(QString, address);
        QFETCH(QString, program);
        QFETCH(QString, words);
        const bool listens = address.startsWith(QLatin1String("listen "));
        const Role role = listens ? Role::Listen : Role::Connect;
        const auto parsed = parseAddress(listens ? address.mid(7) : address, role);
        QVERIFY2(parsed.has_value(), parsed ? "" : qPrintable(parsed.error().detail.toText()));
        const auto command = toCommand(*toolOfName(program), *parsed, role);
        QVERIFY2(command.has_value(), command ? "" : qPrintable(command.error().detail.toText()));
        QCOMPARE(*command, words);
    }

    void httpsRequestsTrustWhatTheAddressTrusts() {
        const auto address = parseAddress(QStringLiteral("tls://127.0.0.1:8443?name=h&ca=a.pem&cert=c:d.pem&min=1.3"));
        const auto command =
            toCommand(CommandTool::Curl, *address, Role::Connect, QByteArray("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
        QVERIFY(command.has_value());
        const auto words = shellPipeline(*command);
        for (const char* word : {"--http1.1", "--no-alpn", "--cacert", "a.pem", "--capath", "/dev/null", "c\\:d.pem",
                                 "--tlsv1.3", "--connect-to", "h:8443:127.0.0.1:8443", "https://h:8443/"})
            QVERIFY2(words->back().contains(QString::fromLatin1(word)), qPrintable(*command));
        QVERIFY(!words->back().contains(QStringLiteral("-k")));
        const auto old = toCommand(CommandTool::Curl, *parseAddress(QStringLiteral("tls://h:443?verify=off")),
                                   Role::Connect, QByteArray("GET / HTTP/1.0\r\n\r\n"));
        QVERIFY(old->contains(QLatin1String("--http1.0")));
        QVERIFY(old->contains(QLatin1String(" -k ")));
    }

    void optionsOfTlsAreReadBack_data() {
        QTest::addColumn<QString>("address");
        for (const char* address :
             {"tls://h:443", "tls://h:443?name=n", "tls://h:443?ca=c.pem", "tls://h:443?cert=c.pem&key=k.pem",
              "tls://h:443?cert=a%20b.pem&key=k%26l,m:n.pem", "tls://h:443?ciphers=AES128-SHA:AES256-SHA",
              "tls://127.0.0.1:443?name=n&bind=127.0.0.1:9", "tls://h:443?ipv6=off&name=n"})
            QTest::newRow(address) << QString::fromLatin1(address);
    }
    void optionsOfTlsAreReadBack() {
        QFETCH(QString, address);
        const auto parsed = parseAddress(address, Role::Connect);
        for (const CommandTool tool :
             {CommandTool::Ncat, CommandTool::Socat, CommandTool::OpenSsl, CommandTool::Curl}) {
            const auto command =
                toCommand(tool, *parsed, Role::Connect, QByteArray("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
            QVERIFY2(command.has_value(), command ? "" : qPrintable(command.error().detail.toText()));
            const auto back = fromCommand(*command);
            QVERIFY2(back.has_value(), back ? "" : qPrintable(back.error().detail.toText()));
            const auto sorted = [](std::vector<Address::Option> options) {
                std::sort(options.begin(), options.end(),
                          [](const auto& one, const auto& other) { return one.name < other.name; });
                return options;
            };
            QVERIFY2(sorted(back->address.options) == sorted(parsed->options), qPrintable(*command));
            QCOMPARE(back->address.place, parsed->place);
        }
    }

    void pythonChecksWhatTheAddressChecks() {
        const auto address =
            parseAddress(QStringLiteral("tls://localhost:443?ca=a.pem&name=n&min=1.3&bind=127.0.0.1:9&timeout=2s"));
        const auto command = toCommand(CommandTool::Python, *address, Role::Connect, QByteArray("x"));
        QVERIFY(command.has_value());
        for (const char* line :
             {"\n    try:\n        s.bind((\"127.0.0.1\", 9))\n        s.connect(f[4])\n        break\n",
              "\nx = ssl.create_default_context(cafile=\"a.pem\")\n", "\n    s.settimeout(2)\n",
              "\nx.minimum_version = ssl.TLSVersion.TLSv1_3\n", "\ns = x.wrap_socket(s, server_hostname=\"n\")\n"})
            QVERIFY2(command->contains(QString::fromLatin1(line)), qPrintable(*command));
        QVERIFY(!command->contains(QLatin1String("CERT_NONE")));
        const auto unchecked = toCommand(CommandTool::Python, *parseAddress(QStringLiteral("tls://h:443?verify=off")),
                                         Role::Connect, QByteArray("x"));
        QVERIFY(unchecked->contains(QLatin1String("CERT_NONE")));
        QVERIFY(!toCommand(CommandTool::Python, *parseAddress(QStringLiteral("tls://:443")), Role::Listen));
    }

    void noOptionIsDroppedInSilence_data() {
        QTest::addColumn<QString>("program");
        for (const CommandTool tool : commandTools())
            QTest::newRow(qPrintable(toolName(tool))) << toolName(tool);
    }
    /// Every option of the table either changes the command, or is named by the refusal, or is what the program does.
    void noOptionIsDroppedInSilence() {
        QFETCH(QString, program);
        const CommandTool tool = *toolOfName(program);
        static const QStringList itsOwn{
            // what every such program does when nobody asks for it
            QStringLiteral("ipv6=any"),     QStringLiteral("ipv6=both"),      QStringLiteral("reuseport=off"),
            QStringLiteral("accept=auto"),  QStringLiteral("clientcert=off"), QStringLiteral("verify=on"),
            QStringLiteral("resume=off"),   QStringLiteral("reuseaddr=on"),   QStringLiteral("flows=off"),
            QStringLiteral("nodelay=off"),  QStringLiteral("nodelay=on"),     QStringLiteral("keepalive=off"),
            QStringLiteral("keepalive=on"), QStringLiteral("max=1"),          QStringLiteral("broadcast=on"),
            QStringLiteral("resume=on"),    QStringLiteral("mode=0600"),      QStringLiteral("reuseaddr=off"),
            QStringLiteral("min=1.2"),      QStringLiteral("max-version=1.2")};
        for (const OptionSpec& spec : optionTable()) {
            for (const Role role : {Role::Listen, Role::Connect}) {
                for (const Scheme scheme :
                     {Scheme::Tcp, Scheme::Tls, Scheme::Udp, Scheme::Dtls, Scheme::Unix, Scheme::Unixgram}) {
                    if (spec.appliesTo(scheme) && spec.appliesTo(role))
                        checkOption(tool, spec, role, scheme, itsOwn);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(CommandOptionsTest)
#include "tst_commandoptions.moc"
