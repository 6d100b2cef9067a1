// SPDX-License-Identifier: MIT
#include "core/behaviour/catalogue.h"

#include "core/behaviour/services.h"
#include "core/behaviour/talk.h"

#include <array>

namespace sw {

namespace {

template <typename T>
std::unique_ptr<Behaviour> makeOne() {
    return std::make_unique<T>();
}

constexpr std::array entries{
    BehaviourEntry{"manual", "does nothing by itself; you send", nullptr},
    BehaviourEntry{"echo", "sends back every byte or datagram (RFC 862)", &makeOne<EchoBehaviour>},
    BehaviourEntry{"discard", "takes everything, answers nothing (RFC 863)", &makeOne<DiscardBehaviour>},
    BehaviourEntry{"chargen", "sends a pattern of characters without end (RFC 864)", &makeOne<ChargenBehaviour>},
    BehaviourEntry{"daytime", "sends date and time as text and closes (RFC 867)", &makeOne<DaytimeBehaviour>},
    BehaviourEntry{"time", "sends the seconds since 1900 in four bytes and closes (RFC 868)", &makeOne<TimeBehaviour>},
    BehaviourEntry{"talk", "answers each line with: You sent: 'LINE'", &makeOne<TalkBehaviour>},
};

} // namespace

std::span<const BehaviourEntry> behaviours() {
    return entries;
}

Result<BehaviourFactory> makeBehaviourFactory(const QString& name) {
    QStringList known;
    for (const BehaviourEntry& entry : entries) {
        if (name == QLatin1String(entry.name))
            return entry.make == nullptr ? BehaviourFactory() : BehaviourFactory(entry.make);
        known.append(QString::fromLatin1(entry.name));
    }
    return tl::unexpected(
        badInput(QStringLiteral("behaviour"),
                 QStringLiteral("“%1” is no behaviour. There are: %2.").arg(name, known.join(QLatin1String(", "))), 0));
}

} // namespace sw
