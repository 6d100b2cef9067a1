// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/base/sentence.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>

#include <initializer_list>
#include <optional>
#include <type_traits>
#include <variant>

namespace sw {

/// What an event can say besides its kind. The names that they have in JSON and files stand in facts.cpp, once. A
/// number is written into journals, so a new one goes to the end and none is used again.
enum class Fact : quint8 {
    Other, ///< of another version, with its name
    Text,  ///< the sentence for people
    Error,
    Endpoint,
    Name,
    Listener,
    Scheme,
    Local,
    Peer,
    Address,
    Descriptor,
    Type,
    Open,
    Credentials,
    Report,
    Sockets,
    Proxy,
    ListenerName,
    Cause,
    Received,
    Sent,
    Unsent,
    Tls,
    Reason,
    Side,
    Upgrade,
    KeyLog,
    ThrowAway,
    Hello,
    Reachable,
    Backlog,
    BacklogInForce,
    Family,
    Port,
    Certificate,
    Option,
    Requested,
    Effective,
    Before,
    More,
    Count,
    IsIncomplete,
    Kept,
    TrueSize,
    Destination,
    IcmpType,
    IcmpCode,
    Icmp,
    From,
    Phase,
    Addresses,
    Nanoseconds,
    Begun,
    Outcome,
    Script,
    Rule,
    Mark,
    Level,
    Stack,
    Problem,
    Bytes,
    Decision,
    Decisions,
    Direction,
    Size,
    Number,
    Edited,
    Step,
    Expected,
    Missing,
    Surplus,
    Offset,
    File,
    Speed,
    Matched,
    Differences,
    Seed,
    Faults,
    Process,
    Unrecorded,
    Kind,
    Fault,
    Held,
    Message,
    Window,
    Places,
    Complete,
    Id,
    Parent,
};
constexpr Fact lastFact = Fact::Parent;

/// The name of a fact in JSON, on the command line and in files, such as `listenerName`.
QLatin1String factName(Fact fact);

/// What a fact is. JSON for what has parts of its own: an error, a report, a certificate.
using FactValue = std::variant<bool, qint64, QString, QJsonValue>;

/// The facts of one event, in the order in which they were added: they are built where something happens, as the bytes
/// that the transcript keeps, and become JSON only where JSON is written. A plain value; any thread.
class Facts {
public:
    struct One {
        One(Fact which, bool is) : fact(which), value(is) {}
        One(Fact which, QString text) : fact(which), value(std::move(text)) {}
        One(Fact which, QJsonObject object) : fact(which), value(QJsonValue(std::move(object))) {}
        One(Fact which, double number) : fact(which), value(QJsonValue(number)) {}
        One(Fact which, QJsonArray array);
        One(Fact which, const sw::Error& error) : One(which, error.toJson()) {}
        template <typename Number>
        requires std::is_integral_v<Number> One(Fact which, Number number)
            : fact(which),
              value(static_cast<qint64>(number)) {}

        Fact fact;
        FactValue value;
    };

    Facts() = default;
    Facts(std::initializer_list<One> all);

    Facts& add(Fact fact, bool is);
    Facts& add(Fact fact, QStringView text);
    Facts& add(Fact fact, const QString& text) { return add(fact, QStringView(text)); }
    Facts& add(Fact fact, const Sentence& sentence);
    Facts& add(Fact fact, const QJsonValue& value);
    Facts& add(Fact fact, const QJsonObject& object) { return add(fact, QJsonValue(object)); }
    Facts& add(Fact fact, const sw::Error& error) { return add(fact, error.toJson()); }
    template <typename Number>
    requires std::is_integral_v<Number> Facts& add(Fact fact, Number number) {
        return addNumber(fact, static_cast<qint64>(number));
    }
    /// Those of another event behind these.
    Facts& add(const Facts& others);

    bool contains(Fact fact) const;
    std::optional<qint64> number(Fact fact) const;
    /// A sentence in English.
    QString text(Fact fact) const;
    /// Fact::Text as it was recorded, to be shown in any language.
    Sentence sentence() const;
    /// What has parts of its own.
    QJsonObject object(Fact fact) const;

    /// As the transcript keeps them. They say what version they are of.
    QByteArrayView bytes() const { return m_bytes; }
    /// What a transcript kept, also as the versions before wrote it, which was JSON. Whatever the bytes are, what of
    /// them makes sense is read.
    static Facts read(QByteArrayView bytes);

    QJsonObject toJson() const;
    /// A name that is no fact's is kept as it is.
    static Facts fromJson(const QJsonObject& object);

private:
    Facts& addNumber(Fact fact, qint64 number);
    void begin(Fact fact, quint8 type);
    void addOther(const QString& name, const QJsonValue& value);

    QByteArray m_bytes;
};

} // namespace sw
