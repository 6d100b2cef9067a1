// SPDX-License-Identifier: MIT
#include "app/gui/tour.h"

#include "core/payload/visibletext.h"
#include "core/transcript/transcript.h"

#include <QApplication>
#include <QPixmap>
#include <QTextStream>
#include <QTimer>

namespace sw::gui {

namespace {

/// Waits for each answer before it says the next line.
class Tour final : public QObject {
public:
    Tour(ui::MainWindow& window, Engine& engine, QString picture)
        : QObject(&window),
          m_window(window),
          m_engine(engine),
          m_picture(std::move(picture)) {
        QObject::connect(&engine, &Engine::endpointsChanged, this, &Tour::follow);
        QTimer::singleShot(std::chrono::seconds(15), this, [] { QApplication::exit(1); });
        window.openTalkExample();
    }

private:
    void follow(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            const bool isClient = snapshot.parent == EndpointId::None && snapshot.kind == EndpointKind::Connection;
            if (snapshot.state == EndpointState::Failed) {
                QTextStream(stderr) << snapshot.closing.toText() << '\n';
                QApplication::exit(1);
            }
            if (!isClient || !canSend(snapshot.state) || snapshot.counters.receivedRecords < m_said)
                continue;
            if (m_said < static_cast<quint64>(m_lines.size()))
                m_engine.send(snapshot.id, m_lines.at(static_cast<qsizetype>(m_said++)));
            else if (!m_isDone)
                finish(snapshot.id);
        }
    }

    void finish(EndpointId client) {
        m_isDone = true;
        QTextStream out(stdout);
        const TranscriptReader reader(m_engine.transcript(client));
        for (RecordIndex index = 0; index < reader.count(); ++index) {
            const RecordView record = reader.at(index);
            if (record.header.kind == RecordKind::Event)
                out << "* " << record.text() << '\n';
            else
                out << (record.header.kind == RecordKind::Sent ? "> " : "< ") << toVisibleText(record.bytes).text
                    << '\n';
        }
        out.flush();
        QTimer::singleShot(std::chrono::milliseconds(1500), this, [this] { // one sample of the rates
            m_window.resize(1360, 860);                                    // whatever screen there is
            const bool isSaved = m_window.grab().save(m_picture);
            QApplication::exit(isSaved ? 0 : 1);
        });
    }

    ui::MainWindow& m_window;
    Engine& m_engine;
    QString m_picture;
    QList<QByteArray> m_lines{"Hello self.\n", "Why don't you say something original?\n",
                              "\x1b[31mtab\tand bell\a and RLO \xe2\x80\xae shown, never obeyed\n",
                              "Talk to you later then. Bye.\n"};
    quint64 m_said = 0;
    bool m_isDone = false;
};

} // namespace

void runTour(ui::MainWindow& window, Engine& engine, const QString& picture) {
    new Tour(window, engine, picture);
}

} // namespace sw::gui
