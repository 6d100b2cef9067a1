// SPDX-License-Identifier: MIT
#include "core/payload/commands.h"
#include "core/payload/shellwords.h"

#include <QProcess>
#include <QtTest/QtTest>

using namespace sw;

namespace {

/// What a real shell makes of a text.
QByteArray inShell(const QString& command) {
    QProcess shell;
    shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), command});
    if (!shell.waitForFinished(10000))
        return "the shell did not end";
    return shell.readAllStandardOutput() + shell.readAllStandardError();
}

const QStringList hostileTexts{
    QStringLiteral("plain"),   QStringLiteral("a b"),
    QStringLiteral("it's"),    QStringLiteral("\"; echo pwned; \""),
    QStringLiteral("$(id)"),   QStringLiteral("`id`"),
    QStringLiteral("$HOME"),   QStringLiteral("a\nb"),
    QStringLiteral("';id;'"),  QStringLiteral("-n"),
    QStringLiteral("--help"),  QStringLiteral("%s%n"),
    QStringLiteral("\\"),      QStringLiteral("\\'"),
    QStringLiteral("!!"),      QStringLiteral("~"),
    QStringLiteral("*"),       QStringLiteral("\u202e\u00e9"),
    QStringLiteral("a&b|c>d"), QStringLiteral("\t#x"),
    QStringLiteral("'"),       QStringLiteral("''"),
    QStringLiteral("\\\n"),    QStringLiteral("{a,b}"),
};

} // namespace

class CommandsTest : public QObject {
    Q_OBJECT

private slots:
    void namesOfUnixClientsAreBound() {
        const auto address = parseAddress(QStringLiteral("unixgram:///tmp/x?bind=/tmp/y"));
        const auto command = toCommand(CommandTool::Python, *address, Role::Connect);
        QVERIFY(command);
        QVERIFY2(command->contains(QLatin1String("s.bind(")) && command->contains(QLatin1String("/tmp/y")),
                 qPrintable(*command));
    }

    void lineEndsOfWhatIsTypedAreNoPartOfAnAddress_data() {
        QTest::addColumn<QString>("command");
        QTest::newRow("ncat") << "ncat -C h 25";
        QTest::newRow("nc") << "nc -C h 25";
        QTest::newRow("ncat, long") << "ncat --crlf -l 25";
        QTest::newRow("openssl") << "openssl s_client -connect h:443 -crlf";
    }
    void lineEndsOfWhatIsTypedAreNoPartOfAnAddress() {
        QFETCH(QString, command);
        const auto pasted = fromCommand(command);
        QVERIFY(!pasted);
        QVERIFY2(pasted.error().detail.toText().contains(QLatin1String("--crlf")),
                 qPrintable(pasted.error().detail.toText()));
    }

    void aShellReadsBackWhatWasQuoted() {
        for (const QString& text : hostileTexts)
            QCOMPARE(inShell(QStringLiteral("printf %s ") + shellQuoted(text)), text.toUtf8());
        QCOMPARE(inShell(QStringLiteral("printf '%s.' ") + shellQuoted({})), QByteArray("."));
    }

    void printfPrintsEveryByte() {
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all.append(static_cast<char>(i));
        QCOMPARE(inShell(shellPrintf(all)), all);
        QCOMPARE(inShell(shellPrintf("-n")), QByteArray("-n"));
        QCOMPARE(inShell(shellPrintf("\x01"
                                     "7")),
                 QByteArray("\x01"
                            "7")); // a digit after an octal escape
        for (const QString& text : hostileTexts)
            QCOMPARE(inShell(shellPrintf(text.toUtf8())), text.toUtf8());
    }

    void printfIsReadBack() {
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all.append(static_cast<char>(i));
        const auto words = shellPipeline(shellPrintf(all));
        QVERIFY(words.has_value());
        QCOMPARE(*printedBytes(words->front()), all);
    }

    void wordsAreReadAsAShellReadsThem() {
        for (const QString& text : hostileTexts) {
            const auto words = shellPipeline(QStringLiteral("x ") + shellQuoted(text));
            QVERIFY2(words.has_value(), qPrintable(text));
            QCOMPARE(words->front().value(1), text);
        }
        QCOMPARE(shellPipeline(QStringLiteral("a\\ b \"c'd\" 'e\"f'\\\ng"))->front(),
                 (QStringList{QStringLiteral("a b"), QStringLiteral("c'd"), QStringLiteral("e\"fg")}));
    }

    void whatAShellWouldRunIsRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"nc localhost 80; id",
                                 "nc $(id) 80",
                                 "nc `id` 80",
                                 "nc \"$HOME\" 80",
                                 "nc localhost 80 > /tmp/x",
                                 "nc localhost 80 &",
                                 "nc 'localhost 80",
                                 "nc localhost 80 \\",
                                 "rm -rf x",
                                 "a | b | c",
                                 "cat /etc/passwd | nc localhost 80",
                                 "curl -d @/etc/passwd http://localhost/",
                                 "nc -e /bin/sh localhost 80",
                                 "printf '%s' x | nc localhost 80",
                                 "socat EXEC:sh TCP:localhost:80",
                                 "socat TCP:localhost:80,exec=x -",
                                 "echo a\ntouch x | nc localhost 80",
                                 "curl http://a/\ncurl http://b/",
                                 "swright send tcp://localhost:80 hello",
                                 "swright listen tcp://:9 --behaviour echo",
                                 ""})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void whatAShellWouldRunIsRefused() {
        QFETCH(QString, text);
        const auto pasted = fromCommand(text);
        QVERIFY(!pasted);
        QVERIFY(!pasted.error().detail.isEmpty());
    }

    void commandsAreUnderstood_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("listens");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* command, const char* address, bool listens, const char* message = "") {
            QTest::newRow(command) << QString::fromLatin1(command) << QString::fromLatin1(address) << listens
                                   << QByteArray(message);
        };
        row("nc localhost 8080", "tcp://localhost:8080", false);
        row("ncat -l 8000", "tcp://*:8000", true);
        row("ncat -lk 127.0.0.1 8000", "tcp://127.0.0.1:8000", true);
        row("nc -l -p 8000", "tcp://*:8000", true);
        row("nc -lup 5000", "udp://*:5000", true);
        row("nc -6 -u ::1 5000", "udp://[::1]:5000?ipv6=only", false);
        row("nc -s 127.0.0.2 -p 999 localhost http", "tcp://localhost:http?bind=127.0.0.2:999", false);
        row("nc -U /run/app.sock", "unix:///run/app.sock", false);
        row("printf 'a\\nb\\000' | ncat -- localhost 80", "tcp://localhost:80", false, "a\nb");
        row("echo -n hi | nc localhost 80", "tcp://localhost:80", false, "hi");
        row("echo hi there | /usr/bin/nc localhost 80", "tcp://localhost:80", false, "hi there\n");
        row("echo hi | ncat -C localhost 80", "tcp://localhost:80", false, "hi\r\n");
        row("curl -d a=1 -d b=2 http://u:p@localhost/x", "tcp://localhost:80", false,
            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Authorization: Basic dTpw\r\nContent-Length: 7\r\n\r\na=1&b=2");
        row("telnet example.org", "tcp://example.org:23", false);
        row("socat - TCP:localhost:80,nodelay,keepalive=1", "tcp://localhost:80?nodelay=on&keepalive=on", false);
        row("socat TCP-LISTEN:8000,reuseaddr,fork -", "tcp://*:8000", true);
        row("socat TCP4-LISTEN:8000,bind=127.0.0.1,fork STDIO", "tcp://127.0.0.1:8000", true);
        row("socat - 'TCP6:[::1]:80'", "tcp://[::1]:80", false);
        row("socat -u UDP-RECV:5000 -", "udp://*:5000", true);
        row("socat - UNIX-CONNECT:/tmp/a\\\\,b", "unix:///tmp/a,b", false);
        row("socat - ABSTRACT-CONNECT:name", "unix://@name", false);
        row("curl telnet://localhost:25", "tcp://localhost:25", false);
        row("curl -s http://localhost:8080/x?y=1", "tcp://localhost:8080", false,
            "GET /x?y=1 HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
        row("curl -X PUT -H 'A: b' -d body localhost", "tcp://localhost:80", false,
            "PUT / HTTP/1.1\r\nHost: localhost\r\nA: b\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Content-Length: 4\r\n\r\nbody");
        row("swright listen tcp://:9", "tcp://:9", true);
        // TLS, with its options
        row("openssl s_client -connect h:443 -servername x -alpn h2", "tls://h:443?name=x&alpn=h2", false);
        row("openssl s_client -connect h:443 -CAfile ca.pem -cert c.pem -key k.pem",
            "tls://h:443?ca=ca.pem&cert=c.pem&key=k.pem", false);
        row("openssl s_client -connect h:443 -tls1_2", "tls://h:443?min=1.2&max-version=1.2", false);
        row("openssl s_client -connect h:443 -cipher AES128-SHA", "tls://h:443?ciphers=AES128-SHA", false);
        row("openssl s_client -quiet h:443 -servername h -min_protocol TLSv1.3", "tls://h:443?min=1.3", false);
        row("openssl s_client -dtls -connect 127.0.0.1:5 -bind 127.0.0.1:6 -verify_ip 127.0.0.1",
            "dtls://127.0.0.1:5?bind=127.0.0.1:6", false);
        row("echo a | openssl s_client -connect h:443 -crlf", "tls://h:443", false, "a\r\n");
        row("ncat --ssl --ssl-verify --ssl-trustfile=ca.pem --ssl-servername n --ssl-alpn h2 h 443",
            "tls://h:443?ca=ca.pem&name=n&alpn=h2", false);
        row("ncat --ssl-cert c.pem --ssl-key k.pem -lk 443", "tls://*:443?cert=c.pem&key=k.pem", true);
        row("ncat -w 500ms localhost 80", "tcp://localhost:80?timeout=500ms", false);
        row("nc -w 3 localhost 80", "tcp://localhost:80?timeout=3s", false);
        row("nc -ub 127.0.0.1 5000", "udp://127.0.0.1:5000?broadcast=on", false);
        row("socat - OPENSSL:h:443,verify=0", "tls://h:443?verify=off", false);
        row("socat - OPENSSL:h:443,cafile=ca.pem,commonname=n,snihost=n,openssl-min-proto-version=TLS1.3",
            "tls://h:443?ca=ca.pem&min=1.3&name=n", false);
        row("socat OPENSSL-LISTEN:443,cert=c.pem,key=k.pem,verify=0,fork -", "tls://*:443?cert=c.pem&key=k.pem", true);
        row("socat OPENSSL-LISTEN:443,cert=c.pem,cafile=ca.pem -",
            "tls://*:443?cert=c.pem&ca=ca.pem&clientcert=require", true);
        row("socat - TCP:localhost:80,connect-timeout=1.5,so-sndbuf=4096",
            "tcp://localhost:80?timeout=1500ms&sndbuf=4096", false);
        row("socat TCP-LISTEN:80,max-children=3,fork -", "tcp://*:80?max=3", true);
        row("socat -u UDP4-RECV:5353,ip-add-membership=224.0.0.251:eth0 -",
            "udp://*:5353?join=224.0.0.251%25eth0&ipv6=off", true);
        row("curl -k --cacert ca.pem -E c.pem --key k.pem --tlsv1.2 --tls-max 1.2 https://h/",
            "tls://h:443?verify=off&ca=ca.pem&cert=c.pem&key=k.pem&min=1.2&max-version=1.2", false,
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        row("curl -sSXPOST -u me:it -A x --connect-timeout 2 -4 --interface 127.0.0.1 --local-port 99 http://h/",
            "tcp://h:80?timeout=2s&ipv6=off&bind=127.0.0.1:99", false,
            "POST / HTTP/1.1\r\nHost: h\r\nUser-Agent: x\r\nAuthorization: Basic bWU6aXQ=\r\n\r\n");
        row("printf 'a\nb' | curl --data-binary @- -0 http://h/x", "tcp://h:80", false,
            "POST /x HTTP/1.0\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            "3\r\n\r\na\nb");
        row("curl --connect-to h:443:127.0.0.1:8443 https://h/", "tls://127.0.0.1:8443?name=h", false,
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        row("curl --unix-socket /run/x.sock http://h/", "unix:///run/x.sock", false,
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        row("telnet -4 h 99", "tcp://h:99?ipv6=off", false);
    }
    void commandsAreUnderstood() {
        QFETCH(QString, command);
        QFETCH(QString, address);
        QFETCH(bool, listens);
        QFETCH(QByteArray, message);
        QString unsafe = command;
        unsafe.replace(QLatin1String("http://localhost:8080/x?y=1"), QLatin1String("'http://localhost:8080/x?y=1'"));
        const auto pasted = fromCommand(unsafe);
        QVERIFY2(pasted.has_value(), pasted ? "" : qPrintable(pasted.error().detail.toText()));
        QCOMPARE(formatAddress(pasted->address), address);
        QCOMPARE(pasted->role == Role::Listen, listens);
        if (!command.contains(QLatin1String("\\000")))
            QCOMPARE(pasted->message, message);
        else
            QCOMPARE(pasted->message, QByteArray("a\nb\0", 4));
    }

    void everythingWrittenCanBeReadBack_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("listens");
        for (const char* address :
             {"tcp://127.0.0.1:80", "tcp://[::1]:80", "udp://127.0.0.1:5000", "unix:///tmp/a%20'b,c:d!e",
              "tcp://-oProxy:80", "tcp://localhost:80?ipv6=off", "tcp://localhost:80?ipv6=only",
              "tcp://localhost:80?bind=127.0.0.1:99", "udp://localhost:80?bind=127.0.0.1"})
            QTest::newRow(address) << QString::fromLatin1(address) << false;
        for (const char* address : {"tcp://127.0.0.1:80", "tcp://*:80", "unix:///tmp/a%20'b", "udp://127.0.0.1:5000",
                                    "tcp://*:80?ipv6=off", "tcp://*:80?ipv6=only"})
            QTest::addRow("listen %s", address) << QString::fromLatin1(address) << true;
    }
    void everythingWrittenCanBeReadBack() {
        QFETCH(QString, address);
        QFETCH(bool, listens);
        const auto parsed = parseAddress(address);
        QVERIFY(parsed.has_value());
        const Role role = listens ? Role::Listen : Role::Connect;
        for (const CommandTool tool : {CommandTool::Ncat, CommandTool::Socat, CommandTool::Swright}) {
            const auto command = toCommand(tool, *parsed, role);
            QVERIFY(command.has_value());
            const auto back = fromCommand(*command);
            QVERIFY2(back.has_value(),
                     qPrintable(*command + QLatin1String(": ") + (back ? QString() : back.error().detail.toText())));
            QCOMPARE(back->role, role);
            Address plain = back->address;
            if (!isIpLiteral(plain.place.host)) // for others the family counts
                QCOMPARE(plain.value("ipv6"), parsed->value("ipv6"));
            QCOMPARE(plain.given("bind"), parsed->given("bind"));
            plain.options.clear();
            Address wanted = *parsed;
            wanted.options.clear();
            QCOMPARE(formatAddress(plain), formatAddress(wanted));
        }
    }

    void httpRequestsBecomeCurls() {
        const auto address = parseAddress(QStringLiteral("tcp://localhost:8080"));
        const auto command =
            toCommand(CommandTool::Curl, *address, Role::Connect,
                      QByteArray("POST /a?b='c' HTTP/1.1\r\nHost: x\r\nX-A: $(id)\r\nContent-Length: 3\r\n\r\n'\n'"));
        QVERIFY(command.has_value());
        QVERIFY(command->contains(QLatin1String("-X POST")));
        const auto words = shellPipeline(*command);
        QVERIFY(words.has_value());
        QCOMPARE(*printedBytes(words->front()), QByteArray("'\n'"));
        QVERIFY(words->back().contains(QStringLiteral("X-A: $(id)")));
        QVERIFY(words->back().contains(QStringLiteral("/a?b='c'")));
        // a header that curl would read from a file is no request for it
        const auto odd =
            toCommand(CommandTool::Curl, *address, Role::Connect, QByteArray("GET / HTTP/1.1\r\n@/etc/passwd\r\n\r\n"));
        QVERIFY(odd->contains(QLatin1String("telnet://")));
    }

    void namesThatATerminalWouldActOnAreNotCopied() {
        for (const char* path : {"unix:///tmp/a%1b[201~x", "unix:///tmp/p%03x", "unix:///tmp/a%0ab", "unix:///tmp/%7f",
                                 "unix:///tmp/%c2%9b"}) {
            const auto address = parseAddress(QString::fromLatin1(path));
            QVERIFY(address.has_value());
            for (const CommandTool tool : commandTools()) {
                const auto command = toCommand(tool, *address, Role::Connect, QByteArray("\x1b[201~\n"));
                if (!command)
                    continue;
                for (const QChar c : *command)
                    QVERIFY2(c.category() != QChar::Other_Control || (tool == CommandTool::Python && c == u'\n'), path);
            }
            QVERIFY(!toCommand(CommandTool::Ncat, *address, Role::Connect));
            QVERIFY(toCommand(CommandTool::Python, *address, Role::Connect).has_value());
        }
    }

    void whatAProgramCannotDoIsSaid() {
        const auto range = parseAddress(QStringLiteral("tcp://:8000-8010"));
        QVERIFY(!toCommand(CommandTool::Ncat, *range, Role::Listen));
        const auto any = parseAddress(QStringLiteral("tcp://localhost:23"));
        QVERIFY(!toCommand(CommandTool::Curl, *any, Role::Connect, QByteArray("a\xff"))); // telnet doubles it
        const auto chunked = toCommand(CommandTool::Curl, *any, Role::Connect,
                                       QByteArray("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
        QVERIFY(chunked->contains(QLatin1String("telnet://")));
        const auto tcp = parseAddress(QStringLiteral("tcp://localhost:80"));
        QVERIFY(!toCommand(CommandTool::Curl, *tcp, Role::Listen));
        QVERIFY(!toCommand(CommandTool::OpenSsl, *tcp, Role::Connect));
        Address tls = *tcp;
        tls.scheme = Scheme::Tls;
        QCOMPARE(*toCommand(CommandTool::OpenSsl, tls, Role::Connect),
                 QStringLiteral(
                     "openssl s_client -quiet -connect localhost:80 -servername localhost -verify_hostname localhost "
                     "-verify_return_error"));
        const auto dtls = parseAddress(QStringLiteral("dtls://127.0.0.1:5"));
        for (const CommandTool tool : {CommandTool::Ncat, CommandTool::Socat, CommandTool::Python, CommandTool::Curl})
            QVERIFY(!toCommand(tool, *dtls, Role::Connect, QByteArray("secret"))); // never as plain datagrams
        const auto address = parseAddress(QStringLiteral("tls://127.0.0.1:443"));
        QVERIFY(!toCommand(CommandTool::Ncat, *address, Role::Connect)); // it checks names only
    }
};

QTEST_GUILESS_MAIN(CommandsTest)
#include "tst_commands.moc"
