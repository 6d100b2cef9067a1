// SPDX-License-Identifier: MIT
#include "core/behaviour/catalogue.h"

#include "core/behaviour/condition.h"
#include "core/behaviour/console.h"
#include "core/behaviour/misbehaving.h"
#include "core/behaviour/rulesbehaviour.h"
#include "core/behaviour/scriptbehaviour.h"
#include "core/behaviour/services.h"
#include "core/behaviour/talk.h"

#include <array>

namespace sw {

namespace {

using Group = BehaviourGroup;
using Value = BehaviourValue;

// --- the makers ---

/// One that needs nothing but itself.
template <typename T>
Result<BehaviourPlan> plain(const BehaviourArguments& /*arguments*/) {
    return BehaviourPlan{.factory = [] { return std::make_unique<T>(); }};
}

/// One that is made with the number.
template <typename T>
Result<BehaviourPlan> numbered(const BehaviourArguments& arguments) {
    return BehaviourPlan{.factory = [number = arguments.number] { return std::make_unique<T>(number); }};
}

/// Echoes in pieces with a pause between them.
template <int milliseconds>
Result<BehaviourPlan> trickle(const BehaviourArguments& /*arguments*/) {
    return BehaviourPlan{
        .factory = [] { return std::make_unique<TrickleBehaviour>(std::chrono::milliseconds(milliseconds)); }};
}

/// Echoes, on a listener that shows this certificate.
template <TestCertificate certificate>
Result<BehaviourPlan> echoWith(const BehaviourArguments& /*arguments*/) {
    return BehaviourPlan{.factory = [] { return std::make_unique<EchoBehaviour>(); }, .certificate = certificate};
}

Result<BehaviourPlan> manual(const BehaviourArguments& /*arguments*/) {
    return BehaviourPlan{};
}

Result<BehaviourPlan> rules(const BehaviourArguments& arguments) {
    auto source = RulesSource::open(arguments.file);
    if (!source)
        return tl::unexpected(source.error());
    return BehaviourPlan{.factory = [rules = *source] { return std::make_unique<RulesBehaviour>(rules); },
                         .source = *source};
}

Result<BehaviourPlan> reply(const BehaviourArguments& arguments) {
    const auto text = replyRules(arguments.reply);
    if (!text)
        return tl::unexpected(text.error());
    auto source = RulesSource::fromText(*text);
    if (!source)
        return tl::unexpected(source.error());
    return BehaviourPlan{.factory = [rules = *source] { return std::make_unique<RulesBehaviour>(rules); }};
}

Result<BehaviourPlan> script(const BehaviourArguments& arguments) {
    auto source = ScriptSource::open(arguments.file);
    if (!source)
        return tl::unexpected(source.error());
    return BehaviourPlan{.factory = makeScriptFactory(*source), .source = *source};
}

Result<BehaviourPlan> replay(const BehaviourArguments& arguments) {
    if (!arguments.choice.planReplay)
        return tl::unexpected(badInput(QStringLiteral("behaviour"),
                                       sentence(QT_TRANSLATE_NOOP("Core", "replay is not available here.")), 0));
    return arguments.choice.planReplay(arguments.file);
}

Result<BehaviourPlan> console(const BehaviourArguments& arguments) {
    auto sessions = std::make_shared<ConsoleSessions>();
    sessions->allowsRemote = arguments.choice.allowsRemoteConsole;
    return BehaviourPlan{.factory = [sessions] { return std::make_unique<ConsoleBehaviour>(sessions); },
                         .isConsole = true};
}

Result<BehaviourPlan> neverAccept(const BehaviourArguments& /*arguments*/) {
    return BehaviourPlan{.factory = [] { return std::make_unique<SilentBehaviour>(); }, // for what is taken by hand
                         .neverAccepts = true};
}

// --- the list ---

constexpr std::array entries{
    BehaviourEntry{"manual", Group::Plain, Value::None, "does nothing by itself; you send", manual},
    BehaviourEntry{"echo", Group::Plain, Value::None, "sends back every byte or datagram (RFC 862)",
                   plain<EchoBehaviour>},
    BehaviourEntry{"discard", Group::Plain, Value::None, "takes everything, answers nothing (RFC 863)",
                   plain<DiscardBehaviour>},
    BehaviourEntry{"chargen", Group::Plain, Value::None, "sends a pattern of characters without end (RFC 864)",
                   plain<ChargenBehaviour>},
    BehaviourEntry{"daytime", Group::Plain, Value::None, "sends date and time as text and closes (RFC 867)",
                   plain<DaytimeBehaviour>},
    BehaviourEntry{"time", Group::Plain, Value::None, "sends the seconds since 1900 in four bytes and closes (RFC 868)",
                   plain<TimeBehaviour>},
    BehaviourEntry{"qotd", Group::Plain, Value::None, "sends a short text and closes (RFC 865)", plain<QuoteBehaviour>},
    BehaviourEntry{"talk", Group::Plain, Value::None, "answers each line with: You sent: 'LINE'", plain<TalkBehaviour>},
    BehaviourEntry{"reply", Group::Programmed, Value::Reply,
                   "answers lines that contain something: reply=PING => PONG\\n", reply},
    BehaviourEntry{"rules", Group::Programmed, Value::File, "answers by the rules of a file", rules},
    BehaviourEntry{"script", Group::Programmed, Value::File, "runs the functions of a JavaScript file", script},
    BehaviourEntry{"console", Group::Programmed, Value::None,
                   "a JavaScript prompt for each connection; for peers of this machine only", console},
    BehaviourEntry{"replay", Group::Programmed, Value::File,
                   "plays its side of a recording or capture, each connection the next conversation", replay},
    BehaviourEntry{"never-accept", Group::Misbehaving, Value::None,
                   "never accepts: connecting succeeds in the system's queue, and nobody is there", neverAccept},
    BehaviourEntry{"silent", Group::Misbehaving, Value::None,
                   "takes everything and never answers or ends: does the client give up in time?",
                   plain<SilentBehaviour>},
    BehaviourEntry{"never-read", Group::Misbehaving, Value::None,
                   "never receives: the window closes, and the client's writes block", plain<NeverReadBehaviour>},
    BehaviourEntry{"dribble", Group::Misbehaving, Value::None,
                   "echoes one byte every 200 ms: a client's time limit for each read never fires", trickle<200>},
    BehaviourEntry{"split-every-byte", Group::Misbehaving, Value::None,
                   "echoes every byte in a segment of its own: one read is not one message", trickle<1>},
    BehaviourEntry{"half-close-first", Group::Misbehaving, Value::None,
                   "ends its sending side at once and goes on receiving: end of stream is not the end",
                   plain<HalfCloseFirstBehaviour>},
    BehaviourEntry{"close-unread", Group::Misbehaving, Value::None,
                   "closes with unread bytes: the client gets a reset instead of an end", plain<CloseUnreadBehaviour>},
    BehaviourEntry{"reset-after", Group::Misbehaving, Value::Number,
                   "echoes so many bytes, then resets: what was sent before may be lost too",
                   numbered<ResetAfterBehaviour>},
    BehaviourEntry{"garbage", Group::Misbehaving, Value::OptionalNumber,
                   "answers with random bytes (of a seed): parsers must bear anything", numbered<GarbageBehaviour>},
    BehaviourEntry{"tls-expired", Group::Misbehaving, Value::None,
                   "echoes over TLS with a certificate that expired yesterday: does the client check the dates?",
                   echoWith<TestCertificate::Expired>},
    BehaviourEntry{"tls-wrong-name", Group::Misbehaving, Value::None,
                   "echoes over TLS with a certificate for another name: does the client check whom it talks to?",
                   echoWith<TestCertificate::WrongName>},
    BehaviourEntry{"tls-self-signed", Group::Misbehaving, Value::None,
                   "echoes over TLS with a certificate that nobody vouches for: does the client check the chain?",
                   echoWith<TestCertificate::SelfSigned>},
};

} // namespace

std::span<const BehaviourEntry> behaviours() {
    return entries;
}

const BehaviourEntry* findBehaviour(const QString& text) {
    const QString name = text.section(QLatin1Char('='), 0, 0);
    for (const BehaviourEntry& entry : entries) {
        if (name == QLatin1String(entry.name))
            return &entry;
    }
    return nullptr;
}

QString usageOf(const BehaviourEntry& entry) {
    QString name = QString::fromLatin1(entry.name);
    switch (entry.value) {
    case Value::File:
        return name + QStringLiteral("=FILE");
    case Value::Number:
        return name + QStringLiteral("=N");
    case Value::OptionalNumber:
        return name + QStringLiteral("[=N]");
    case Value::Reply:
        return name + QStringLiteral("=WHEN=>ANSWER");
    case Value::None:
        break;
    }
    return name;
}

Result<QString> replyRules(const QString& reply) {
    const auto refuse = [](const Sentence& detail) {
        return tl::unexpected(badInput(QStringLiteral("behaviour"), detail, 0));
    };
    const QLatin1String arrow("=>");
    const qsizetype place = reply.indexOf(arrow);
    const QString when = reply.left(std::max<qsizetype>(place, 0)).trimmed();
    const QString answer = reply.mid(place + arrow.size()).trimmed();
    if (place < 0 || when.isEmpty() || answer.isEmpty() || reply.contains(QLatin1Char('\n')))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "reply takes what to look for and what to answer, in one line: "
                                               "reply=PING => PONG\\n.")));
    const bool isCondition = Condition::isOne(when.section(QLatin1Char(' '), 0, 0));
    if (isCondition) {
        if (const auto condition = Condition::parse(when); !condition)
            return tl::unexpected(condition.error());
    }
    return QString(QStringLiteral("framer lines\n\nrule reply\n  ") +
                   (isCondition ? when : QStringLiteral("contains ") + when) + QStringLiteral("\n  answer ") + answer +
                   QLatin1Char('\n'));
}

Result<BehaviourPlan> planBehaviour(const QString& text, const BehaviourChoice& choice) {
    const auto refuse = [](const Sentence& detail) {
        return tl::unexpected(badInput(QStringLiteral("behaviour"), detail, 0));
    };
    const BehaviourEntry* entry = findBehaviour(text);
    if (entry == nullptr) {
        QStringList known;
        for (const BehaviourEntry& one : entries)
            known.append(usageOf(one));
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no behaviour. There are: %2."), text,
                               known.join(QLatin1String(", "))));
    }
    const QString name = QString::fromLatin1(entry->name);
    const bool hasValue = text.contains(QLatin1Char('='));
    const QString value = text.section(QLatin1Char('='), 1);
    if (entry->value == Value::None && hasValue)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes no value."), name));
    BehaviourArguments arguments{.choice = choice};
    if (entry->value == Value::File) {
        if (value.isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes a file: %1=FILE."), name));
        arguments.file = value;
    } else if (entry->value == Value::Reply) {
        arguments.reply = value;
    } else if (entry->value == Value::Number || hasValue) {
        bool ok = false;
        arguments.number = value.toULongLong(&ok);
        if (!ok)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes a number: %1=1000."), name));
    }
    return entry->make(arguments);
}

} // namespace sw
