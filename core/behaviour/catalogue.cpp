// SPDX-License-Identifier: MIT
#include "core/behaviour/catalogue.h"

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

constexpr std::array entries{
    BehaviourEntry{"manual", Group::Plain, Value::None, "does nothing by itself; you send"},
    BehaviourEntry{"echo", Group::Plain, Value::None, "sends back every byte or datagram (RFC 862)"},
    BehaviourEntry{"discard", Group::Plain, Value::None, "takes everything, answers nothing (RFC 863)"},
    BehaviourEntry{"chargen", Group::Plain, Value::None, "sends a pattern of characters without end (RFC 864)"},
    BehaviourEntry{"daytime", Group::Plain, Value::None, "sends date and time as text and closes (RFC 867)"},
    BehaviourEntry{"time", Group::Plain, Value::None,
                   "sends the seconds since 1900 in four bytes and closes (RFC 868)"},
    BehaviourEntry{"qotd", Group::Plain, Value::None, "sends a short text and closes (RFC 865)"},
    BehaviourEntry{"talk", Group::Plain, Value::None, "answers each line with: You sent: 'LINE'"},
    BehaviourEntry{"rules", Group::Programmed, Value::File, "answers by the rules of a file"},
    BehaviourEntry{"script", Group::Programmed, Value::File, "runs the functions of a JavaScript file"},
    BehaviourEntry{"console", Group::Programmed, Value::None,
                   "a JavaScript prompt for each connection; for peers of this machine only"},
    BehaviourEntry{"replay", Group::Programmed, Value::File,
                   "plays its side of a recording or capture, each connection the next conversation"},
    BehaviourEntry{"never-accept", Group::Misbehaving, Value::None,
                   "never accepts: connecting succeeds in the system's queue, and nobody is there"},
    BehaviourEntry{"silent", Group::Misbehaving, Value::None,
                   "takes everything and never answers or ends: does the client give up in time?"},
    BehaviourEntry{"never-read", Group::Misbehaving, Value::None,
                   "never receives: the window closes, and the client's writes block"},
    BehaviourEntry{"dribble", Group::Misbehaving, Value::None,
                   "echoes one byte every 200 ms: a client's time limit for each read never fires"},
    BehaviourEntry{"split-every-byte", Group::Misbehaving, Value::None,
                   "echoes every byte in a segment of its own: one read is not one message"},
    BehaviourEntry{"half-close-first", Group::Misbehaving, Value::None,
                   "ends its sending side at once and goes on receiving: end of stream is not the end"},
    BehaviourEntry{"close-unread", Group::Misbehaving, Value::None,
                   "closes with unread bytes: the client gets a reset instead of an end"},
    BehaviourEntry{"reset-after", Group::Misbehaving, Value::Number,
                   "echoes so many bytes, then resets: what was sent before may be lost too"},
    BehaviourEntry{"garbage", Group::Misbehaving, Value::OptionalNumber,
                   "answers with random bytes (of a seed): parsers must bear anything"},
    BehaviourEntry{"tls-expired", Group::Misbehaving, Value::None,
                   "echoes over TLS with a certificate that expired yesterday: does the client check the dates?"},
    BehaviourEntry{"tls-wrong-name", Group::Misbehaving, Value::None,
                   "echoes over TLS with a certificate for another name: does the client check whom it talks to?"},
    BehaviourEntry{"tls-self-signed", Group::Misbehaving, Value::None,
                   "echoes over TLS with a certificate that nobody vouches for: does the client check the chain?"},
};

BehaviourPlan trickle(std::chrono::milliseconds pause) {
    return {.factory = [pause] { return std::make_unique<TrickleBehaviour>(pause); }};
}

template <typename T>
BehaviourPlan plain() {
    return {.factory = [] { return std::make_unique<T>(); }};
}

Result<BehaviourPlan> planFile(const QString& name, const QString& file) {
    if (name == QLatin1String("rules")) {
        auto source = RulesSource::open(file);
        if (!source)
            return tl::unexpected(source.error());
        return BehaviourPlan{.factory = [rules = *source] { return std::make_unique<RulesBehaviour>(rules); },
                             .source = *source};
    }
    auto source = ScriptSource::open(file);
    if (!source)
        return tl::unexpected(source.error());
    return BehaviourPlan{.factory = makeScriptFactory(*source), .source = *source};
}

BehaviourPlan planMisbehaving(const QString& name, quint64 number) {
    if (name == QLatin1String("never-accept")) {
        BehaviourPlan plan = plain<SilentBehaviour>(); // for those that the user accepts by hand
        plan.neverAccepts = true;
        return plan;
    }
    if (name == QLatin1String("silent"))
        return plain<SilentBehaviour>();
    if (name == QLatin1String("never-read"))
        return plain<NeverReadBehaviour>();
    if (name == QLatin1String("half-close-first"))
        return plain<HalfCloseFirstBehaviour>();
    if (name == QLatin1String("close-unread"))
        return plain<CloseUnreadBehaviour>();
    if (name == QLatin1String("reset-after"))
        return {.factory = [number] { return std::make_unique<ResetAfterBehaviour>(number); }};
    if (name == QLatin1String("garbage"))
        return {.factory = [number] { return std::make_unique<GarbageBehaviour>(number); }};
    if (name == QLatin1String("dribble"))
        return trickle(std::chrono::milliseconds(200));
    if (name == QLatin1String("split-every-byte"))
        return trickle(std::chrono::milliseconds(1));
    BehaviourPlan plan = plain<EchoBehaviour>();
    plan.certificate = name == QLatin1String("tls-expired")      ? TestCertificate::Expired
                       : name == QLatin1String("tls-wrong-name") ? TestCertificate::WrongName
                                                                 : TestCertificate::SelfSigned;
    return plan;
}

BehaviourPlan planPlain(const QString& name, const BehaviourChoice& choice) {
    if (name == QLatin1String("echo"))
        return plain<EchoBehaviour>();
    if (name == QLatin1String("discard"))
        return plain<DiscardBehaviour>();
    if (name == QLatin1String("chargen"))
        return plain<ChargenBehaviour>();
    if (name == QLatin1String("daytime"))
        return plain<DaytimeBehaviour>();
    if (name == QLatin1String("time"))
        return plain<TimeBehaviour>();
    if (name == QLatin1String("qotd"))
        return plain<QuoteBehaviour>();
    if (name == QLatin1String("talk"))
        return plain<TalkBehaviour>();
    if (name == QLatin1String("console")) {
        auto sessions = std::make_shared<ConsoleSessions>();
        sessions->allowsRemote = choice.allowsRemoteConsole;
        return {.factory = [sessions] { return std::make_unique<ConsoleBehaviour>(sessions); }, .isConsole = true};
    }
    return {};
}

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
    case Value::None:
        break;
    }
    return name;
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
    if (entry->value == Value::File) {
        if (value.isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes a file: %1=FILE."), name));
        if (name != QLatin1String("replay"))
            return planFile(name, value);
        return choice.planReplay ? choice.planReplay(value)
                                 : refuse(sentence(QT_TRANSLATE_NOOP("Core", "replay is not available here.")));
    }
    quint64 number = 1;
    if (entry->value == Value::Number || hasValue) {
        bool ok = false;
        number = value.toULongLong(&ok);
        if (!ok)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes a number: %1=1000."), name));
    }
    return entry->group == Group::Misbehaving ? planMisbehaving(name, number) : planPlain(name, choice);
}

} // namespace sw
