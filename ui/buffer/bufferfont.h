// SPDX-License-Identifier: MIT
#pragma once

#include <QFont>
#include <QFontMetricsF>
#include <QRawFont>

#include <array>

class QPainter;

namespace sw::ui {

/// A buffer's font with what painting needs again and again: ASCII text is measured and painted as glyphs that were
/// looked up once, which costs a fraction of laying out strings. The UI thread.
class BufferFont {
public:
    explicit BufferFont(const QFont& font = {});

    const QFont& font() const { return m_font; }
    const QFontMetricsF& metrics() const { return m_metrics; }
    qreal charWidth() const { return m_charWidth; }
    qreal width(QStringView text) const;
    void draw(QPainter& painter, QPointF baseline, const QString& text) const;

private:
    bool isSimple(QStringView text) const;

    QFont m_font;
    QFontMetricsF m_metrics;
    QRawFont m_raw;
    qreal m_charWidth;
    bool m_hasGlyphs = false; // one width, and a glyph for every printable ASCII character
    std::array<quint32, 128> m_glyphs{};
};

} // namespace sw::ui
