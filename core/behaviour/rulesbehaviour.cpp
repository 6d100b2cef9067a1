// SPDX-License-Identifier: MIT
#include "core/behaviour/rulesbehaviour.h"

#include "core/base/clock.h"
#include "core/base/inputfile.h"
#include "core/base/textdecoding.h"

#include <QFile>

#include <algorithm>
#include <limits>

namespace sw {

namespace {
constexpr std::size_t mostSteps = 1000;
constexpr std::size_t mostTold = 100;
constexpr qsizetype mostHeld = 8 << 20; // bytes of captures that wait for a delay
constexpr quint64 delayToken = 0;       // those of silence count from 1
constexpr quint64 workToken = std::numeric_limits<quint64>::max();
constexpr qint64 roundTime = 5; // milliseconds
constexpr qint64 largestFile = 4 << 20;
} // namespace

Result<QString> readTextFile(const QString& path, const QString& what) {
    QFile file(path);
    const auto refuse = [&](const QString& why) {
        return tl::unexpected(Error{.id = ErrorId::NotFound, .situation = what, .detail = why});
    };
    if (const QString why = whyNoInputFile(path); !why.isEmpty())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, why));
    if (!file.open(QIODevice::ReadOnly))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, file.errorString()));
    const QByteArray bytes = file.read(largestFile + 1);
    if (bytes.size() > largestFile)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 is longer than 4 MiB."), path));
    const auto text = decodeText(bytes, what);
    if (!text)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2"), path, text.error().detail));
    return *text;
}

Result<std::shared_ptr<RulesSource>> RulesSource::open(const QString& file) {
    auto source = std::make_shared<RulesSource>();
    source->m_file = file;
    if (const auto done = source->reload(); !done)
        return tl::unexpected(done.error());
    return source;
}

Result<std::shared_ptr<RulesSource>> RulesSource::fromText(const QString& text) {
    auto source = std::make_shared<RulesSource>();
    if (const auto done = source->load(text); !done)
        return tl::unexpected(done.error());
    return source;
}

Result<void> RulesSource::reload() {
    const auto text = readTextFile(m_file, QStringLiteral("rules"));
    if (!text)
        return tl::unexpected(text.error());
    return load(*text);
}

Result<void> RulesSource::load(const QString& text) {
    auto rules = RuleSet::parse(text);
    if (!rules) {
        Error error = rules.error();
        if (!m_file.isEmpty())
            error.detail = sentence(QT_TRANSLATE_NOOP("Core", "%1: %2"), m_file, error.detail);
        return tl::unexpected(error);
    }
    const std::lock_guard lock(m_mutex);
    m_current = std::make_shared<const LoadedRules>(std::move(*rules));
    return {};
}

std::shared_ptr<const LoadedRules> RulesSource::current() const {
    const std::lock_guard lock(m_mutex);
    return m_current;
}

QVector<BehaviourCounter> RulesSource::counters() const {
    const auto rules = current();
    QVector<BehaviourCounter> counters;
    for (std::size_t i = 0; i < rules->set.rules.size(); ++i)
        counters.append({rules->set.rules[i].name, rules->hits[i].load(std::memory_order_relaxed)});
    return counters;
}

RulesBehaviour::RulesBehaviour(std::shared_ptr<RulesSource> source) : m_source(std::move(source)) {
    useCurrent();
    m_state.random.seed(m_rules->set.seed);
}

void RulesBehaviour::useCurrent() {
    m_rules = m_source->current();
    if (m_framer.spec() != m_rules->set.framer) {
        m_framer = Framer(m_rules->set.framer);
        m_sentFramer = Framer(m_rules->set.framer);
    }
}

bool RulesBehaviour::reload(LocalEnd& local) {
    useCurrent(); // counters, values and what waits stay
    m_saidOnce.clear();
    local.tell(EventKind::BehaviourChanged,
               sentence(QT_TRANSLATE_NOOP("Core", "rules read again: %1 of them"), m_rules->set.rules.size()), {});
    return true;
}

void RulesBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    if (local.isDatagram()) {
        m_round.start();
        take(local, {.content = bytes.toByteArray(), .raw = bytes.toByteArray()}, Rule::Direction::Received);
        return;
    }
    for (Message& message : m_framer.feed(bytes))
        m_messages.push_back(std::move(message));
    if (m_framer.spec().framing == Framing::IdleGap && m_framer.pending() > 0)
        local.wake(m_framer.spec().gap, ++m_gap);
    if (!m_isWorkPosted)
        work(local);
}

/// Looks at the messages that wait, for one turn.
void RulesBehaviour::work(LocalEnd& local) {
    m_round.start();
    run(local);
    while (!dropClearText(local) && !m_messages.empty() && !isFull() && mayWork(local)) {
        if (m_round.elapsed() >= roundTime) {
            workLater(local);
            break;
        }
        const Message next = std::move(m_messages.front());
        m_messages.pop_front();
        take(local, next, Rule::Direction::Received);
    }
    updateHold(local);
    if (m_hasPeerEnded && m_messages.empty() && m_steps.empty() && !m_isWorkPosted)
        finishStream(local);
}

/// Not while it waits for its turn, or for a peer that does not read its answers; once sending was ended no answer goes
/// out, and nobody would say that there is room again.
bool RulesBehaviour::mayWork(LocalEnd& local) const {
    return !m_hasEnded && !m_isWorkPosted && (local.isDatagram() || local.wantsMore() || !local.maySend());
}

void RulesBehaviour::writable(LocalEnd& local) {
    if (!m_isWorkPosted && !m_hasEnded && (!m_messages.empty() || !m_steps.empty()))
        work(local);
}

/// Whether TLS was asked for, and is not there yet.
bool RulesBehaviour::dropClearText(LocalEnd& local) {
    if (m_hasEnded || !isStartingTls(local))
        return false;
    forgetClearText(local);
    return true;
}

/// What came in clear text behind the message that asked for TLS could have been put there by somebody on the way: it
/// must not be taken for what comes by TLS, nor be answered there.
void RulesBehaviour::forgetClearText(LocalEnd& local) {
    const auto isLater = [this](const Step& step) { return step.message > m_nowMessage; };
    const auto later = std::remove_if(m_steps.begin(), m_steps.end(), isLater);
    if (!m_messages.empty() || m_framer.pending() > 0 || later != m_steps.end())
        local.tell(EventKind::Warning,
                   sentence(QT_TRANSLATE_NOOP("Core", "what came in clear text after TLS was asked for is not taken")),
                   {});
    m_steps.erase(later, m_steps.end());
    m_messages.clear();
    m_framer = Framer(m_rules->set.framer);
}

/// The handshake may be over before beginTls() has returned.
void RulesBehaviour::secured(LocalEnd& local) {
    if (!m_hasEnded)
        forgetClearText(local);
}

/// Others have as long a turn as this connection had: a single answer can take longer than a round.
void RulesBehaviour::workLater(LocalEnd& local) {
    constexpr qint64 longest = 200;
    const qint64 over = m_round.elapsed() - roundTime;
    if (!std::exchange(m_isWorkPosted, true))
        local.wake(std::chrono::milliseconds(std::clamp<qint64>(over, 0, longest)), workToken);
}

bool RulesBehaviour::isFull() const {
    return m_steps.size() > mostSteps || m_heldBytes > mostHeld;
}

void RulesBehaviour::updateHold(LocalEnd& local) {
    // what comes after a request for TLS that is not granted yet may be the client's first message of it
    const bool startsTls = std::any_of(m_steps.begin(), m_steps.end(),
                                       [](const Step& step) { return step.action.kind == RuleAction::Kind::StartTls; });
    const bool isToHold = isFull() || !m_messages.empty() || startsTls;
    if (isToHold == m_isHolding || m_hasEnded)
        return;
    m_isHolding = isToHold;
    sw::holdReceiving(local, isToHold);
}

bool RulesBehaviour::offered(LocalEnd& local, QByteArrayView bytes) {
    m_round.start();
    if (local.isDatagram()) {
        take(local, {.content = bytes.toByteArray(), .raw = bytes.toByteArray()}, Rule::Direction::Sent);
        return false;
    }
    for (const Message& message : m_sentFramer.feed(bytes))
        take(local, message, Rule::Direction::Sent);
    return false;
}

void RulesBehaviour::take(LocalEnd& local, const Message& message, Rule::Direction direction) {
    const auto rules = m_rules; // an action may lead to a reload
    const quint64 number = direction == Rule::Direction::Received ? ++m_lastMessage : 0;
    if (!message.isWhole())
        m_malformed.tell(local, message,
                         direction == Rule::Direction::Sent ? QStringLiteral("sent") : QStringLiteral("received"));
    for (std::size_t i = 0; i < rules->set.rules.size(); ++i) {
        const Rule& rule = rules->set.rules[i];
        if (!rule.isEnabled || rule.direction != direction)
            continue;
        if (!rule.endpoint.isEmpty() && !local.ownName().contains(rule.endpoint) &&
            !local.listenerName().contains(rule.endpoint) && !local.peerName().contains(rule.endpoint))
            continue;
        QString problem;
        const auto match = rule.condition.match(message, &problem);
        if (!problem.isEmpty())
            fail(local, rule.name, problem);
        if (!match)
            continue;
        rules->hits[i].fetch_add(1, std::memory_order_relaxed);
        for (const RuleAction& action : rule.actions)
            m_steps.push_back({action, match->captures, rule.name, number});
        for (const QByteArray& capture : match->captures)
            m_heldBytes += capture.size() * static_cast<qsizetype>(rule.actions.size());
        if (!rule.goesOn)
            break;
    }
    run(local);
}

void RulesBehaviour::run(LocalEnd& local) {
    while (!m_steps.empty() && !m_isWaiting && mayWork(local)) {
        if (m_round.elapsed() >= roundTime) {
            workLater(local);
            break;
        }
        const Step step = std::move(m_steps.front());
        m_steps.pop_front();
        m_nowMessage = std::max(m_nowMessage, step.message);
        act(local, step);
    }
    if (m_steps.empty())
        m_heldBytes = 0;
    updateHold(local);
}

std::optional<QByteArray> RulesBehaviour::render(LocalEnd& local, const Step& step) {
    for (auto it = step.values.cbegin(); it != step.values.cend(); ++it)
        m_state.values.insert(it.key(), it.value());
    auto bytes = step.action.text.render(m_state, Timestamp::now().wall);
    if (bytes)
        return *bytes;
    fail(local, step.rule, bytes.error().detail);
    return std::nullopt;
}

void RulesBehaviour::act(LocalEnd& local, const Step& step) {
    const RuleAction& action = step.action;
    const Facts facts{{Fact::Rule, step.rule}};
    switch (action.kind) {
    case RuleAction::Kind::Answer:
        if (const auto bytes = render(local, step))
            local.sendShared(*bytes);
        break;
    case RuleAction::Kind::Set:
        if (const auto bytes = render(local, step)) {
            --m_state.n; // that was no message
            m_state.values.insert(action.argument, *bytes);
        }
        break;
    case RuleAction::Kind::Mark:
    case RuleAction::Kind::Log:
        if (const auto bytes = render(local, step)) {
            --m_state.n;
            local.tell(action.kind == RuleAction::Kind::Mark ? EventKind::Marked : EventKind::BehaviourLog,
                       QString::fromUtf8(*bytes), facts);
        }
        break;
    case RuleAction::Kind::Delay:
        m_isWaiting = true;
        local.wake(action.delay, delayToken);
        break;
    case RuleAction::Kind::StartTls:
        sw::beginTls(local, action.argument);
        dropClearText(local); // before the steps of later messages
        break;
    case RuleAction::Kind::End:
        sw::endSending(local);
        break;
    case RuleAction::Kind::Record:
        local.setRecorded(action.isOn);
        break;
    case RuleAction::Kind::Close:
        sendingEnds(local);
        m_hasEnded = true;
        local.close();
        break;
    case RuleAction::Kind::CloseAfterPeer:
        local.closeAfterPeer();
        break;
    case RuleAction::Kind::Reset:
        m_hasEnded = true;
        local.abort();
        break;
    }
}

void RulesBehaviour::woken(LocalEnd& local, quint64 token) {
    if (token == workToken)
        m_isWorkPosted = false;
    else if (token == delayToken)
        m_isWaiting = false;
    else if (token != m_gap)
        return; // something came meanwhile
    else if (auto message = m_framer.flush())
        m_messages.push_back(std::move(*message));
    if (!m_isWorkPosted)
        work(local);
}

void RulesBehaviour::sendingEnds(LocalEnd& local) {
    if (m_hasEnded)
        return;
    m_round.start();
    if (const auto message = m_sentFramer.flush())
        take(local, *message, Rule::Direction::Sent);
    if (!m_messages.empty() || !m_steps.empty())
        workLater(local); // they need not wait for room any more
}

void RulesBehaviour::endOfStream(LocalEnd& local) {
    m_hasPeerEnded = true;
    if (m_messages.empty() && m_steps.empty() && !m_isWorkPosted)
        finishStream(local);
}

/// All that came before the peer's end was looked at.
void RulesBehaviour::finishStream(LocalEnd& local) {
    if (m_hasEnded || std::exchange(m_hasFinished, true))
        return;
    m_round.start();
    if (const auto message = m_framer.flush())
        take(local, *message, Rule::Direction::Received);
    if (m_hasEnded)
        return;
    m_steps.push_back({.action = {.kind = RuleAction::Kind::CloseAfterPeer}, .values = {}, .rule = {}, .message = 0});
    run(local);
}

/// Once for each problem: a stream of a million lines would fill the event log.
void RulesBehaviour::fail(LocalEnd& local, const QString& rule, const QString& problem) {
    const QString text = QStringLiteral("rule “%1”: %2").arg(rule, problem);
    if (m_saidOnce.size() < mostTold && m_saidOnce.insert(text).second)
        local.tell(EventKind::BehaviourFailed, text, {{Fact::Rule, rule}});
}

} // namespace sw
