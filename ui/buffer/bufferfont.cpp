// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferfont.h"

#include <QGlyphRun>
#include <QPainter>

#include <algorithm>

namespace sw::ui {

namespace {
constexpr int firstPrintable = 0x20;
constexpr int lastPrintable = 0x7e;
} // namespace

BufferFont::BufferFont(const QFont& font)
    : m_font(font),
      m_metrics(font),
      m_raw(QRawFont::fromFont(font)),
      m_charWidth(m_metrics.horizontalAdvance(QLatin1Char('0'))) {
    if (!m_raw.isValid())
        return;
    QString printable;
    for (int c = firstPrintable; c <= lastPrintable; ++c)
        printable += QChar(c);
    const QList<quint32> glyphs = m_raw.glyphIndexesForString(printable);
    m_hasGlyphs = glyphs.size() == printable.size();
    for (int i = 0; i < glyphs.size() && m_hasGlyphs; ++i) {
        m_glyphs.at(static_cast<std::size_t>(firstPrintable + i)) = glyphs.at(i);
        m_hasGlyphs = glyphs.at(i) != 0 && qFuzzyCompare(m_metrics.horizontalAdvance(printable.at(i)), m_charWidth);
    }
}

bool BufferFont::isSimple(QStringView text) const {
    return m_hasGlyphs && std::all_of(text.begin(), text.end(), [](QChar c) {
               return c.unicode() >= firstPrintable && c.unicode() <= lastPrintable;
           });
}

qreal BufferFont::width(QStringView text) const {
    return isSimple(text) ? m_charWidth * static_cast<qreal>(text.size())
                          : m_metrics.horizontalAdvance(text.toString());
}

void BufferFont::draw(QPainter& painter, QPointF baseline, const QString& text) const {
    if (!isSimple(text)) {
        painter.drawText(baseline, text);
        return;
    }
    QList<quint32> glyphs(text.size());
    QList<QPointF> places(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        glyphs[i] = m_glyphs.at(text.at(i).unicode());
        places[i] = QPointF(m_charWidth * static_cast<qreal>(i), 0);
    }
    QGlyphRun run;
    run.setRawFont(m_raw);
    run.setGlyphIndexes(glyphs);
    run.setPositions(places);
    painter.drawGlyphRun(baseline, run);
}

} // namespace sw::ui
