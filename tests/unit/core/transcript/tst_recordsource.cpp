// SPDX-License-Identifier: MIT
#include "core/transcript/recordsource.h"

#include <QtTest/QtTest>

using namespace sw;

class RecordSourceTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<TranscriptStore> m_store = std::make_shared<TranscriptStore>();

    static Timestamp at(qint64 mono) { return {.wall = mono, .mono = mono}; }
    static QByteArray joined(const RecordSource& source) {
        QByteArray all;
        for (RecordIndex i = 0; i < source.count(); ++i)
            all.append(source.at(i).bytes);
        return all;
    }
    SourcePart part(quint64 id) {
        return {.id = static_cast<EndpointId>(id),
                .name = QString::number(id),
                .transcript = std::make_shared<Transcript>(m_store)};
    }
    static Transcript& writer(const SourcePart& part) { return *std::const_pointer_cast<Transcript>(part.transcript); }

private slots:
    void onePartIsReadAsItIs() {
        const SourcePart a = part(1);
        RecordSource source({a});
        QCOMPARE(source.update(), RecordSource::Update::None);
        writer(a).append(RecordKind::Received, "1", at(1));
        QCOMPARE(source.update(), RecordSource::Update::Appended);
        QCOMPARE(joined(source), QByteArray("1"));
    }

    void mergesByTime() {
        const SourcePart a = part(1);
        const SourcePart b = part(2);
        RecordSource source({a, b});
        writer(a).append(RecordKind::Received, "1", at(10));
        writer(b).append(RecordKind::Received, "2", at(20));
        writer(a).append(RecordKind::Received, "3", at(30));
        QCOMPARE(source.update(), RecordSource::Update::Appended);
        writer(b).append(RecordKind::Received, "4", at(40));
        writer(a).append(RecordKind::Received, "5", at(50));
        QCOMPARE(source.update(), RecordSource::Update::Appended);
        QCOMPARE(joined(source), QByteArray("12345"));
        QCOMPARE(source.partOf(1), std::size_t(1));
    }

    void sortsAgainWhenAPartJoinsLate() {
        const SourcePart a = part(1);
        const SourcePart b = part(2);
        RecordSource source({a});
        writer(a).append(RecordKind::Received, "1", at(60));
        writer(b).append(RecordKind::Received, "2", at(70));
        writer(a).append(RecordKind::Received, "3", at(80));
        source.update();
        QCOMPARE(joined(source), QByteArray("13"));
        source.addPart(b);
        QVERIFY(source.hasPart(static_cast<EndpointId>(2)));
        QCOMPARE(source.update(), RecordSource::Update::Rebuilt);
        QCOMPARE(joined(source), QByteArray("123"));
    }
};

QTEST_GUILESS_MAIN(RecordSourceTest)
#include "tst_recordsource.moc"
