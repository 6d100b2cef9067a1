// SPDX-License-Identifier: MIT
#include "ui/style/pictogram.h"

#include <QRegularExpression>
#include <QXmlStreamReader>

#include <array>

namespace sw::ui {

namespace {

/// Numbers that a command takes; -1: it is none.
int countOf(QChar command) {
    switch (command.unicode()) {
    case 'M':
    case 'L':
        return 2;
    case 'H':
    case 'V':
        return 1;
    case 'C':
        return 6;
    case 'Z':
        return 0;
    default:
        return -1;
    }
}

void apply(QPainterPath& path, QChar command, const std::array<qreal, 6>& n) {
    const QPointF at = path.currentPosition();
    switch (command.unicode()) {
    case 'M':
        path.moveTo(n[0], n[1]);
        break;
    case 'L':
        path.lineTo(n[0], n[1]);
        break;
    case 'H':
        path.lineTo(n[0], at.y());
        break;
    case 'V':
        path.lineTo(at.x(), n[0]);
        break;
    case 'C':
        path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5]);
        break;
    default:
        path.closeSubpath();
    }
}

} // namespace

std::optional<QPainterPath> parsePath(const QString& data) {
    static const QRegularExpression words(QStringLiteral("[A-Za-z]|-?[0-9]*\\.?[0-9]+"));
    QPainterPath path;
    QChar command;
    int wanted = -1;
    std::array<qreal, 6> numbers{};
    std::size_t known = 0;
    for (auto word = words.globalMatch(data); word.hasNext();) {
        const QString text = word.next().captured();
        if (text.front().isLetter()) {
            command = text.front();
            wanted = countOf(command);
            if (wanted < 0 || known > 0)
                return std::nullopt;
            if (wanted == 0)
                apply(path, command, numbers);
            continue;
        }
        if (wanted <= 0)
            return std::nullopt;
        numbers.at(known++) = text.toDouble();
        if (known < static_cast<std::size_t>(wanted))
            continue;
        apply(path, command, numbers);
        known = 0;
        if (command == QLatin1Char('M'))
            command = QLatin1Char('L'); // further pairs are lines
    }
    return path.isEmpty() || known > 0 ? std::nullopt : std::optional(path);
}

std::optional<Pictogram> Pictogram::parse(const QByteArray& svg) {
    Pictogram picture;
    QXmlStreamReader reader(svg);
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement || reader.name() != QLatin1String("path"))
            continue;
        const auto path = parsePath(reader.attributes().value(QLatin1String("d")).toString());
        if (!path)
            return std::nullopt;
        picture.strokes.push_back({*path, reader.attributes().hasAttribute(QLatin1String("fill"))});
    }
    return reader.hasError() || picture.strokes.empty() ? std::nullopt : std::optional(picture);
}

} // namespace sw::ui
