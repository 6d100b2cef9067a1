// SPDX-License-Identifier: MIT
#include "core/tls/certificatemaker.h"
#include "core/tls/keyfile.h"
#include "core/tls/tlssession.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest/QtTest>

using namespace sw;

namespace {
const QString option = QStringLiteral("key");
const QByteArray secret = QByteArrayLiteral("geheim ü");
} // namespace

/// Certificates and keys in every form that the openssl command writes.
class KeyFileTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const QString& name) const { return m_folder.filePath(name); }

    QByteArray bytesOf(const QString& name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QString write(const QString& name, const QByteArray& bytes) const {
        QFile file(path(name));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly);
        file.write(bytes);
        return file.fileName();
    }

    /// `arguments` as in a shell, without quotes in it.
    bool openssl(const QString& arguments) const {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(QStringLiteral("openssl"), arguments.split(QLatin1Char(' ')));
        return process.waitForFinished() && process.exitCode() == 0;
    }

    QByteArray publicPart(const QByteArray& pemKey) const {
        write(QStringLiteral("found.key"), pemKey);
        return openssl(QStringLiteral("pkey -in found.key -pubout -out found.pub"))
                   ? bytesOf(QStringLiteral("found.pub"))
                   : QByteArray();
    }

private slots:
    void initTestCase() {
        if (QStandardPaths::findExecutable(QStringLiteral("openssl")).isEmpty())
            QSKIP("the openssl command is not installed");
        write(QStringLiteral("secret"), secret + '\n');
        for (const char* command :
             {"ecparam -name prime256v1 -genkey -out ec.pem", "genrsa -traditional -out rsa.pem 2048",
              "req -x509 -new -key ec.pem -days 30 -subj /CN=root -out root.crt",
              "ecparam -name prime256v1 -genkey -noout -out leaf.key",
              "req -new -key leaf.key -subj /CN=localhost -out leaf.csr",
              "x509 -req -in leaf.csr -CA root.crt -CAkey ec.pem -set_serial 7 -days 30 -out leaf.crt",
              "x509 -in leaf.crt -outform DER -out leaf.der", "x509 -in leaf.crt -trustout -out trusted.crt",
              "pkey -in leaf.key -outform DER -out leaf.key.der", "ec -in leaf.key -outform DER -out leaf.ec.der",
              "pkcs8 -topk8 -in leaf.key -passout file:secret -out leaf.enc",
              "pkcs8 -topk8 -in leaf.key -passout file:secret -outform DER -out leaf.enc.der",
              "pkcs8 -topk8 -in leaf.key -passout file:secret -v1 PBE-SHA1-3DES -out leaf.3des",
              "ec -in leaf.key -aes128 -passout file:secret -out leaf.old",
              "pkcs12 -export -in leaf.crt -inkey leaf.key -certfile root.crt -passout file:secret -out leaf.p12",
              "pkcs12 -export -in leaf.crt -inkey leaf.key -passout pass: -out open.p12",
              "pkcs12 -export -nokeys -in root.crt -passout file:secret -out authorities.p12",
              "pkey -in leaf.key -pubout -out leaf.pub"})
            QVERIFY2(openssl(QString::fromLatin1(command)), command);
        write(QStringLiteral("junk"), QByteArray(1000, 'x'));
        write(QStringLiteral("both.pem"), bytesOf(QStringLiteral("leaf.key")) + bytesOf(QStringLiteral("leaf.crt")));
        write(QStringLiteral("bom.pem"), "\xef\xbb\xbf" + bytesOf(QStringLiteral("leaf.crt")));
        write(QStringLiteral("cut.pem"), bytesOf(QStringLiteral("leaf.crt")).left(300));
        write(QStringLiteral("two.der"), bytesOf(QStringLiteral("leaf.der")).repeated(2));
    }

    void keysInEveryForm_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("isEncrypted");
        for (const char* open : {"leaf.key", "both.pem", "leaf.key.der", "leaf.ec.der", "open.p12"})
            QTest::newRow(open) << QString::fromLatin1(open) << false;
        for (const char* encrypted : {"leaf.enc", "leaf.enc.der", "leaf.3des", "leaf.old", "leaf.p12"})
            QTest::newRow(encrypted) << QString::fromLatin1(encrypted) << true;
    }
    void keysInEveryForm() {
        QFETCH(QString, file);
        QFETCH(bool, isEncrypted);
        const QByteArray bytes = bytesOf(file);
        QCOMPARE(needsPassphrase(bytes), isEncrypted);
        const auto key = privateKeyIn(bytes, isEncrypted ? std::optional(secret) : std::nullopt, file, option);
        QVERIFY2(key, key ? "" : qPrintable(key.error().detail.toText()));
        QCOMPARE(publicPart(*key), bytesOf(QStringLiteral("leaf.pub")));
        if (!isEncrypted)
            return;
        const auto without = privateKeyIn(bytes, std::nullopt, file, option);
        QVERIFY(!without);
        QVERIFY2(without.error().detail.toText().contains(QStringLiteral("passphrase=env:NAME")),
                 qPrintable(without.error().detail.toText()));
        const auto wrong = privateKeyIn(bytes, QByteArrayLiteral("guess"), file, option);
        QVERIFY(!wrong);
        QVERIFY2(wrong.error().detail.toText().contains(QStringLiteral("passphrase is not that of")),
                 qPrintable(wrong.error().detail.toText()));
        QVERIFY(!wrong.error().detail.toText().contains(QStringLiteral("guess")));
    }

    void certificatesInEveryForm_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("count");
        QTest::newRow("PEM") << QStringLiteral("leaf.crt") << 1;
        QTest::newRow("PEM after a key") << QStringLiteral("both.pem") << 1;
        QTest::newRow("PEM after a byte order mark") << QStringLiteral("bom.pem") << 1;
        QTest::newRow("PEM with trust") << QStringLiteral("trusted.crt") << 1;
        QTest::newRow("DER") << QStringLiteral("leaf.der") << 1;
        QTest::newRow("DER twice") << QStringLiteral("two.der") << 2;
        QTest::newRow("PKCS#12") << QStringLiteral("leaf.p12") << 2;
    }
    void certificatesInEveryForm() {
        QFETCH(QString, file);
        QFETCH(int, count);
        const auto found = certificatesIn(bytesOf(file), secret, file, option);
        QVERIFY2(found, found ? "" : qPrintable(found.error().detail.toText()));
        const auto parsed = parseCertificates(*found, file);
        QCOMPARE(static_cast<int>(parsed->size()), count);
        QCOMPARE(parsed->front().commonName, QStringLiteral("localhost"));
    }

    void authoritiesOfAContainerWithoutAKey() {
        const QByteArray bytes = bytesOf(QStringLiteral("authorities.p12"));
        const auto found = certificatesIn(bytes, secret, QStringLiteral("a.p12"), option);
        QVERIFY(found);
        QCOMPARE(parseCertificates(*found, QString())->front().commonName, QStringLiteral("root"));
        QVERIFY(privateKeyIn(bytes, secret, QStringLiteral("a.p12"), option)
                    .error()
                    .detail.toText()
                    .contains(QStringLiteral("holds no private key")));
    }

    void trueReasons_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("asKey");
        QTest::addColumn<QString>("says");
        QTest::newRow("a certificate as key") << "leaf.crt" << true << "holds no private key but a certificate";
        QTest::newRow("the same in DER") << "leaf.der" << true << "holds no private key but a certificate";
        QTest::newRow("a key as certificate") << "leaf.key" << false << "holds no certificate but a private key";
        QTest::newRow("the same in DER, encrypted")
            << "leaf.enc.der" << false << "holds no certificate but a private key";
        QTest::newRow("a request") << "leaf.csr" << false << "but a request for a certificate";
        QTest::newRow("a public key") << "leaf.pub" << true << "but a public key";
        QTest::newRow("anything") << "junk" << true << "holds no private key. It may be in PEM, DER or PKCS#12.";
        QTest::newRow("a cut PEM") << "cut.pem" << false << "is damaged";
    }
    void trueReasons() {
        QFETCH(QString, file);
        QFETCH(bool, asKey);
        QFETCH(QString, says);
        const auto found = asKey ? privateKeyIn(bytesOf(file), secret, file, option)
                                 : certificatesIn(bytesOf(file), secret, file, option);
        QVERIFY(!found);
        QVERIFY2(found.error().detail.toText().contains(says), qPrintable(found.error().detail.toText()));
        QCOMPARE(found.error().id, ErrorId::TlsConfiguration);
    }

    void filesThatCannotBeRead() {
        const auto reason = [](const QString& file) { return readKeyFile(file, option).error().detail.toText(); };
        QCOMPARE(reason(QStringLiteral("/nowhere/x.pem")),
                 QStringLiteral("/nowhere/x.pem cannot be read: No such file or directory."));
        QVERIFY(reason(m_folder.path()).contains(QStringLiteral("is a folder")));
        QVERIFY(reason(write(QStringLiteral("empty"), {})).endsWith(QStringLiteral("is empty.")));
        QVERIFY(reason(write(QStringLiteral("long"), QByteArray((1 << 20) + 1, 'x')))
                    .endsWith(QStringLiteral("is longer than 1 MiB.")));
    }

    void everyBeginningOfAFileIsRefusedOrRead() {
        for (const char* name : {"leaf.crt", "leaf.der", "leaf.p12", "leaf.enc", "leaf.enc.der"}) {
            const QByteArray whole = bytesOf(QString::fromLatin1(name));
            for (qsizetype size = 0; size < whole.size(); size += 13) {
                const QByteArray part = whole.left(size);
                QVERIFY(!privateKeyIn(part, secret, QString(), option));
                (void)certificatesIn(part, secret, QString(), option);
                (void)needsPassphrase(part);
            }
        }
    }

    void aKeyOfAnotherCertificateIsNamed() {
        const auto read =
            readIdentity({.certificate = path(QStringLiteral("leaf.crt")), .key = path(QStringLiteral("rsa.pem"))});
        QVERIFY(!read);
        QVERIFY(read.error().detail.toText().contains(QStringLiteral("does not belong to the first certificate")));
    }

    void secretsStandInAFileOrTheEnvironment() {
        const auto of = [](const QString& source) { return readSecret(source, QStringLiteral("passphrase")); };
        QCOMPARE(*of(QStringLiteral("file:") + path(QStringLiteral("secret"))), secret);
        QCOMPARE(*of(QStringLiteral("file:") + write(QStringLiteral("crlf"), "one\r\ntwo")), QByteArray("one"));
        QCOMPARE(*of(QStringLiteral("file:") + write(QStringLiteral("bare"), "one")), QByteArray("one"));
        QVERIFY(!of(QStringLiteral("file:") + write(QStringLiteral("blank"), "\ntwo")));
        const QString text = QStringLiteral("größe\r\n");
        for (const auto encoding : {QStringConverter::Utf8, QStringConverter::Utf16LE, QStringConverter::Utf16BE}) {
            QStringEncoder encoder(encoding, QStringConverter::Flag::WriteBom); // as Notepad and PowerShell save
            QCOMPARE(*of(QStringLiteral("file:") + write(QStringLiteral("marked"), encoder(text))),
                     QByteArray("gr\xc3\xb6\xc3\x9f"
                                "e"));
        }
        qputenv("SW_TEST_SECRET", "from there");
        QCOMPARE(*of(QStringLiteral("env:SW_TEST_SECRET")), QByteArray("from there"));
        qunsetenv("SW_TEST_SECRET");
        QVERIFY(
            of(QStringLiteral("env:SW_TEST_SECRET")).error().detail.toText().contains(QStringLiteral("no variable")));
    }

    void anAddressNeverHoldsTheSecretItself() {
        const auto address = parseAddress(QStringLiteral("tls://h:1?passphrase=geheim"));
        QVERIFY(!address);
        QVERIFY(address.error().detail.toText().contains(QStringLiteral("env:NAME or file:PATH")));
        QVERIFY(!address.error().detail.toText().contains(QStringLiteral("geheim")));
        QCOMPARE(hideSecrets(QStringLiteral("tls://h:1?psk=abcd&passphrase=env:X&alpn=h2")),
                 QStringLiteral("tls://h:1?psk=****&passphrase=env:X&alpn=h2"));
        const QString good = QStringLiteral("tls://h:1?passphrase=file:/a%20b&psk=env:KEY&pskid=me");
        QCOMPARE(formatAddress(*parseAddress(good)), good);
    }

    void aPreSharedKeyIsHexadecimal() {
        for (const char* bad : {"", "abc", "xy", "12 34"}) {
            const QString file = write(QStringLiteral("psk"), QByteArray(bad) + '\n');
            const auto context =
                TlsContext::make({.psk = QStringLiteral("file:") + file}, TlsSide::Client, TlsTransport::Stream);
            QVERIFY2(!context, bad);
        }
        const QString file = write(QStringLiteral("psk"), "1a2B3c\n");
        const auto context =
            TlsContext::make({.psk = QStringLiteral("file:") + file}, TlsSide::Server, TlsTransport::Stream);
        QVERIFY(context);
        QVERIFY((*context)->own().empty()); // no throw-away certificate
        QVERIFY(!TlsContext::make({.pskIdentity = QStringLiteral("me")}, TlsSide::Client, TlsTransport::Stream));
    }
};

QTEST_GUILESS_MAIN(KeyFileTest)
#include "tst_keyfile.moc"
