// SPDX-License-Identifier: MIT
#include "core/behaviour/malformed.h"

namespace sw {

namespace {
constexpr int mostPerSecond = 100;
constexpr qint64 second = 1000;           // milliseconds
constexpr qsizetype shownBytes = 32;      // in the sentence
constexpr qsizetype recordedBytes = 4096; // in the facts; all of them are in the transcript
} // namespace

void MalformedReports::tell(LocalEnd& local, const Message& message, const QString& direction,
                            const QString& consequence) {
    if (!m_second.isValid() || m_second.elapsed() >= second) {
        m_second.start();
        m_told = 0;
    }
    if (++m_told > mostPerSecond)
        return;
    const bool isLong = message.raw.size() > shownBytes;
    QString text = QStringLiteral("%1: malformed message of %2: %3 %4")
                       .arg(direction,
                            message.raw.size() == 1 ? QStringLiteral("1 byte")
                                                    : QStringLiteral("%1 bytes").arg(message.raw.size()),
                            message.whyNotWhole().endsWith(QLatin1Char('.')) ? message.whyNotWhole()
                                                                             : message.whyNotWhole() + QLatin1Char(':'),
                            QString::fromLatin1(message.raw.left(shownBytes).toHex(' ')) +
                                (isLong ? QStringLiteral(" …") : QString()));
    if (!consequence.isEmpty())
        text += QStringLiteral("; ") + consequence;
    if (m_told == mostPerSecond)
        text += QStringLiteral(" (further ones of this second are left out)");
    local.tell(EventKind::Malformed, text,
               {{Fact::Problem, message.whyNotWhole()},
                {Fact::Direction, direction},
                {Fact::Size, message.raw.size()},
                {Fact::Bytes, QString::fromLatin1(message.raw.left(recordedBytes).toHex())}});
}

} // namespace sw
