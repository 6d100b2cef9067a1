// SPDX-License-Identifier: MIT
#include "core/transcript/facts.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest/QtTest>

#include <random>

using namespace sw;

class FactsTest : public QObject {
    Q_OBJECT

private slots:
    void everyFactHasANameOfItsOwn() {
        QSet<QString> names;
        for (int i = static_cast<int>(Fact::Text); i <= static_cast<int>(lastFact); ++i) {
            const QString name = factName(static_cast<Fact>(i));
            QVERIFY2(!name.isEmpty() && !names.contains(name), qPrintable(name));
            names.insert(name);
        }
    }

    void theyAreReadAsTheyWereAdded() {
        Facts facts{
            {Fact::Text, QStringLiteral("a sentence, “quoted” — é \U0001F600")},
            {Fact::Local, QString()},
            {Fact::Reachable, true},
            {Fact::Edited, false},
            {Fact::Port, quint16(65535)},
            {Fact::Received, std::numeric_limits<qint64>::min()},
            {Fact::Sent, std::numeric_limits<qint64>::max()},
            {Fact::Speed, 1.5},
            {Fact::Addresses, QJsonArray{QStringLiteral("::1"), QStringLiteral("127.0.0.1")}},
            {Fact::Error,
             Error{.id = ErrorId::NotFound, .situation = QStringLiteral("open"), .detail = QStringLiteral("no")}}};
        facts.add(Fact::Peer, QStringLiteral("[::1]:80")).add(Facts{{Fact::Count, 7}});
        const Facts read = Facts::read(facts.bytes());
        QCOMPARE(read.text(Fact::Text), QStringLiteral("a sentence, “quoted” — é \U0001F600"));
        QVERIFY(read.contains(Fact::Local) && read.text(Fact::Local).isEmpty());
        QCOMPARE(read.number(Fact::Port).value_or(0), 65535);
        QCOMPARE(read.number(Fact::Received), std::numeric_limits<qint64>::min());
        QCOMPARE(read.number(Fact::Sent), std::numeric_limits<qint64>::max());
        QCOMPARE(read.text(Fact::Peer), QStringLiteral("[::1]:80"));
        QCOMPARE(read.number(Fact::Count).value_or(0), 7);
        QCOMPARE(read.object(Fact::Error).value(QStringLiteral("id")).toString(), QStringLiteral("not-found"));
        QVERIFY(!read.contains(Fact::Window) && !read.number(Fact::Text) && read.text(Fact::Port).isEmpty());
        const QJsonObject json = read.toJson();
        QCOMPARE(json.size(), 12);
        QCOMPARE(json.value(QStringLiteral("speed")).toDouble(), 1.5);
        QCOMPARE(json.value(QStringLiteral("reachable")), QJsonValue(true));
        QCOMPARE(json.value(QStringLiteral("edited")), QJsonValue(false));
        QCOMPARE(json.value(QStringLiteral("addresses")).toArray().size(), 2);
    }

    void jsonBecomesFactsAndJsonAgain() {
        const QByteArray text =
            R"({"addresses":["::1"],"cause":"reset","later":{"deep":[1,2,{"x":null}]},"port":8080,"ratio":0.25,"text":"x"})";
        const QJsonObject json = QJsonDocument::fromJson(text).object();
        const Facts facts = Facts::fromJson(json);
        QCOMPARE(facts.text(Fact::Cause), QStringLiteral("reset"));
        QCOMPARE(facts.number(Fact::Port).value_or(0), 8080);
        QCOMPARE(facts.toJson(), json); // also what this version has no name for
    }

    /// A journal of the version before has JSON.
    void whatTheVersionBeforeWroteIsRead() {
        const Facts facts = Facts::read(R"({"peer":"127.0.0.1:5","text":"opened"})");
        QCOMPARE(facts.text(Fact::Text), QStringLiteral("opened"));
        QCOMPARE(facts.text(Fact::Peer), QStringLiteral("127.0.0.1:5"));
    }

    void anyBytesCanBeRead() {
        std::mt19937 random(11); // NOLINT: the same each time
        const Facts whole{{Fact::Text, QStringLiteral("text")},
                          {Fact::Report, QJsonObject{{QStringLiteral("a"), 1}}},
                          {Fact::Port, 7},
                          {Fact::Reachable, true}};
        const QByteArray good = whole.bytes().toByteArray();
        for (qsizetype size = 0; size < good.size(); ++size) { // cut anywhere
            const QJsonObject json = Facts::read(good.first(size)).toJson();
            QVERIFY(json.size() <= 3);
        }
        constexpr int rounds = 20'000;
        for (int round = 0; round < rounds; ++round) {
            QByteArray bytes = good;
            for (int i = 0; i < 3; ++i)
                bytes[static_cast<qsizetype>(random() % static_cast<quint64>(bytes.size()))] =
                    static_cast<char>(random());
            const Facts facts = Facts::read(bytes);
            facts.toJson();
            facts.text(Fact::Text);
            facts.object(Fact::Report);
        }
        QVERIFY(Facts::read({}).toJson().isEmpty());
        QVERIFY(Facts::read("no facts").toJson().isEmpty());
        QVERIFY(Facts::read("{ no json").toJson().isEmpty());
    }
};

QTEST_GUILESS_MAIN(FactsTest)
#include "tst_facts.moc"
