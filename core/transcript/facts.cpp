// SPDX-License-Identifier: MIT
#include "core/transcript/facts.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>
#include <cstring>

namespace sw {

namespace {

/// What the bytes begin with; JSON begins with a brace.
constexpr char version = 1;

/// Each fact: one byte of Fact, one of Type, and what the type says.
enum Type : quint8 {
    False,
    True,
    Number,    ///< 8 bytes, least significant first
    Utf8,      ///< length, bytes
    Json,      ///< length, a JSON array of one value
    OtherJson, ///< the same of Fact::Other: length, its name, length, that array
    Words,     ///< length, the parts of a Sentence: length, words, one byte for how many values, each with its length
};

constexpr std::array names{
    "",       "text",         "error",       "endpoint",    "name",        "listener",    "scheme",    "local",
    "peer",   "address",      "descriptor",  "type",        "open",        "credentials", "report",    "sockets",
    "proxy",  "listenerName", "cause",       "received",    "sent",        "unsent",      "tls",       "reason",
    "side",   "upgrade",      "keylog",      "throwAway",   "hello",       "reachable",   "backlog",   "backlogInForce",
    "family", "port",         "certificate", "option",      "requested",   "effective",   "before",    "more",
    "count",  "isIncomplete", "kept",        "trueSize",    "destination", "icmpType",    "icmpCode",  "icmp",
    "from",   "phase",        "addresses",   "nanoseconds", "begun",       "outcome",     "script",    "rule",
    "mark",   "level",        "stack",       "problem",     "bytes",       "decision",    "decisions", "direction",
    "size",   "number",       "edited",      "step",        "expected",    "missing",     "surplus",   "offset",
    "file",   "speed",        "matched",     "differences", "seed",        "faults",      "process",   "unrecorded",
    "kind",   "fault",        "held",        "message",     "window",      "places",      "complete",  "id",
    "parent",
};
static_assert(names.size() == static_cast<std::size_t>(lastFact) + 1);

std::optional<Fact> factOf(const QString& name) {
    for (std::size_t i = 1; i < names.size(); ++i) {
        if (name == QLatin1String(names.at(i)))
            return static_cast<Fact>(i);
    }
    return std::nullopt;
}

void appendLength(QByteArray& bytes, qsizetype length) {
    const auto value = static_cast<quint32>(length);
    for (int shift = 0; shift < 32; shift += 8)
        bytes.append(static_cast<char>(value >> shift));
}

/// Of all that follows the length at `at`.
void setLength(QByteArray& bytes, qsizetype at) {
    const auto length = static_cast<quint32>(bytes.size() - at - 4);
    for (int k = 0; k < 4; ++k)
        bytes[at + k] = static_cast<char>(length >> (8 * k));
}

void appendText(QByteArray& bytes, QStringView text) {
    const qsizetype at = bytes.size() + 4;
    appendLength(bytes, 0);
    bytes.resize(at + text.size());
    char* to = bytes.data() + at;
    qsizetype i = 0;
    for (; i < text.size() && text[i].unicode() < 0x80; ++i) // nearly all of it
        *to++ = static_cast<char>(text[i].unicode());
    bytes.truncate(at + i);
    if (i < text.size())
        bytes.append(text.sliced(i).toUtf8());
    setLength(bytes, at - 4);
}

void appendSized(QByteArray& bytes, QByteArrayView piece) {
    appendLength(bytes, piece.size());
    bytes.append(piece);
}

/// Not CBOR: Qt 6.4 crashes when it reads what a torn file may hold of that.
void appendJson(QByteArray& bytes, const QJsonValue& value) {
    const QByteArray json = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    appendLength(bytes, json.size());
    bytes.append(json);
}

/// Walks over the facts in some bytes, which may be anything.
class Walk {
public:
    explicit Walk(QByteArrayView bytes) : m_left(bytes) {
        if (!bytes.isEmpty() && bytes.front() == version)
            m_left = bytes.sliced(1);
        else
            m_left = {};
    }

    /// The next fact; false: there is none, or what follows makes no sense.
    bool next() {
        if (m_left.size() < 2 || static_cast<quint8>(m_left[0]) >= names.size())
            return false;
        fact = static_cast<Fact>(m_left[0]);
        type = static_cast<Type>(m_left[1]);
        m_left = m_left.sliced(2);
        if ((fact == Fact::Other) != (type == OtherJson))
            return false;
        switch (type) {
        case False:
        case True:
            return true;
        case Number:
            return take(8, body);
        case OtherJson:
            return takeSized(name) && takeSized(body);
        case Words:
        case Utf8:
        case Json:
            return takeSized(body);
        }
        return false;
    }

    qint64 number() const {
        quint64 value = 0;
        for (int i = 0; i < 8; ++i)
            value |= static_cast<quint64>(static_cast<quint8>(body[i])) << (8 * i);
        return static_cast<qint64>(value);
    }

    /// Of Words; what makes no sense is left out.
    Sentence sentence() const {
        std::vector<Sentence::Part> parts;
        Walk inside = *this;
        inside.m_left = body;
        QByteArrayView words;
        QByteArrayView piece;
        while (inside.takeSized(words) && inside.take(1, piece)) {
            Sentence::Part part{.words = words.toByteArray(), .values = {}};
            for (int left = static_cast<quint8>(piece[0]); left > 0; --left) {
                QByteArrayView value;
                if (!inside.takeSized(value))
                    break;
                part.values.append(QString::fromUtf8(value));
            }
            parts.push_back(std::move(part));
        }
        return {std::move(parts)};
    }

    QJsonValue json() const {
        switch (type) {
        case False:
        case True:
            return type == True;
        case Number:
            return number();
        case Utf8:
            return QString::fromUtf8(body);
        case Words:
            return sentence().toText();
        case Json:
        case OtherJson:
            break;
        }
        return QJsonDocument::fromJson(body.toByteArray()).array().at(0);
    }

    Fact fact = Fact::Other;
    Type type = False;
    QByteArrayView name{};
    QByteArrayView body{};

private:
    bool take(qsizetype size, QByteArrayView& into) {
        if (m_left.size() < size)
            return false;
        into = m_left.first(size);
        m_left = m_left.sliced(size);
        return true;
    }

    bool takeSized(QByteArrayView& into) {
        QByteArrayView length;
        if (!take(4, length))
            return false;
        quint32 size = 0;
        for (int i = 0; i < 4; ++i)
            size |= static_cast<quint32>(static_cast<quint8>(length[i])) << (8 * i);
        return take(static_cast<qsizetype>(size), into);
    }

    QByteArrayView m_left;
};

} // namespace

QLatin1String factName(Fact fact) {
    return QLatin1String(names.at(static_cast<std::size_t>(fact)));
}

Facts::One::One(Fact which, QJsonArray array) : fact(which), value(QJsonValue(std::move(array))) {}

Facts::Facts(std::initializer_list<One> all) {
    for (const One& one : all) {
        if (const bool* is = std::get_if<bool>(&one.value))
            add(one.fact, *is);
        else if (const qint64* number = std::get_if<qint64>(&one.value))
            addNumber(one.fact, *number);
        else if (const QString* text = std::get_if<QString>(&one.value))
            add(one.fact, QStringView(*text));
        else
            add(one.fact, std::get<QJsonValue>(one.value));
    }
}

void Facts::begin(Fact fact, quint8 type) {
    constexpr qsizetype usual = 256;
    if (m_bytes.isEmpty()) {
        m_bytes.reserve(usual);
        m_bytes.append(version);
    }
    m_bytes.append(static_cast<char>(fact));
    m_bytes.append(static_cast<char>(type));
}

Facts& Facts::add(Fact fact, bool is) {
    begin(fact, is ? True : False);
    return *this;
}

Facts& Facts::addNumber(Fact fact, qint64 number) {
    begin(fact, Number);
    for (int i = 0; i < 8; ++i)
        m_bytes.append(static_cast<char>(static_cast<quint64>(number) >> (8 * i)));
    return *this;
}

Facts& Facts::add(Fact fact, QStringView text) {
    begin(fact, Utf8);
    appendText(m_bytes, text);
    return *this;
}

Facts& Facts::add(Fact fact, const Sentence& sentence) {
    const std::vector<Sentence::Part>& parts = sentence.parts();
    if (parts.size() == 1 && parts.front().words.isEmpty() && parts.front().values.size() == 1)
        return add(fact, QStringView(parts.front().values.front())); // a text as it is
    begin(fact, Words);
    const qsizetype at = m_bytes.size();
    appendLength(m_bytes, 0);
    for (const Sentence::Part& part : parts) {
        appendSized(m_bytes, part.words);
        m_bytes.append(static_cast<char>(part.values.size()));
        for (const QString& value : part.values)
            appendText(m_bytes, value);
    }
    setLength(m_bytes, at);
    return *this;
}

Facts& Facts::add(Fact fact, const QJsonValue& value) {
    switch (value.type()) {
    case QJsonValue::Bool:
        return add(fact, value.toBool());
    case QJsonValue::String:
        return add(fact, QStringView(value.toString()));
    case QJsonValue::Double:
        if (const qint64 number = value.toInteger(); static_cast<double>(number) == value.toDouble())
            return addNumber(fact, number);
        break;
    default:
        break;
    }
    begin(fact, Json);
    appendJson(m_bytes, value);
    return *this;
}

void Facts::addOther(const QString& name, const QJsonValue& value) {
    begin(Fact::Other, OtherJson);
    appendText(m_bytes, name);
    appendJson(m_bytes, value);
}

Facts& Facts::add(const Facts& others) {
    m_bytes.append(m_bytes.isEmpty()
                       ? QByteArrayView(others.m_bytes)
                       : QByteArrayView(others.m_bytes).sliced(std::min<qsizetype>(1, others.m_bytes.size())));
    return *this;
}

bool Facts::contains(Fact fact) const {
    for (Walk walk(m_bytes); walk.next();) {
        if (walk.fact == fact)
            return true;
    }
    return false;
}

std::optional<qint64> Facts::number(Fact fact) const {
    for (Walk walk(m_bytes); walk.next();) {
        if (walk.fact == fact && walk.type == Number)
            return walk.number();
    }
    return std::nullopt;
}

QString Facts::text(Fact fact) const {
    for (Walk walk(m_bytes); walk.next();) {
        if (walk.fact == fact && (walk.type == Utf8 || walk.type == Words))
            return walk.json().toString();
    }
    return {};
}

Sentence Facts::sentence() const {
    for (Walk walk(m_bytes); walk.next();) {
        if (walk.fact == Fact::Text && walk.type == Words)
            return walk.sentence();
        if (walk.fact == Fact::Text && walk.type == Utf8)
            return QString::fromUtf8(walk.body);
    }
    return {};
}

QJsonObject Facts::object(Fact fact) const {
    for (Walk walk(m_bytes); walk.next();) {
        if (walk.fact == fact && walk.type == Json)
            return walk.json().toObject();
    }
    return {};
}

Facts Facts::read(QByteArrayView bytes) {
    if (bytes.startsWith('{'))
        return fromJson(QJsonDocument::fromJson(bytes.toByteArray()).object());
    Facts facts;
    facts.m_bytes = bytes.toByteArray();
    return facts;
}

QJsonObject Facts::toJson() const {
    QJsonObject object;
    for (Walk walk(m_bytes); walk.next();) {
        const QString name = walk.fact == Fact::Other ? QString::fromUtf8(walk.name) : QString(factName(walk.fact));
        if (!object.contains(name)) // the first of them, as everywhere here
            object.insert(name, walk.json());
    }
    return object;
}

Facts Facts::fromJson(const QJsonObject& object) {
    Facts facts;
    for (auto at = object.begin(); at != object.end(); ++at) {
        if (const auto fact = factOf(at.key()))
            facts.add(*fact, at.value());
        else
            facts.addOther(at.key(), at.value());
    }
    return facts;
}

} // namespace sw
