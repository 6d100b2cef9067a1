// SPDX-License-Identifier: MIT
#include "core/endpoint/endpoint.h"

#include "core/endpoint/listenerhandle.h"

#include "core/channel/socketoptions.h"

#include <QLocale>

namespace sw {

Error notSupportedBy(EndpointKind kind, const QString& operation) {
    return {.id = ErrorId::NotSupported,
            .situation = operation,
            .detail = sentence(QT_TRANSLATE_NOOP("Core", "A %1 has no “%2”."), kindName(kind), operation)};
}

Endpoint::Endpoint(EndpointHost& host, EndpointKind kind, EndpointRequest request,
                   std::shared_ptr<Transcript> transcript)
    : m_host(host),
      m_request(std::move(request)),
      m_transcript(transcript != nullptr          ? std::move(transcript)
                   : m_request.earlier != nullptr ? m_request.earlier->transcript
                                                  : host.newTranscript()) {
    m_snapshot.id = m_request.id;
    m_snapshot.parent = m_request.parent;
    m_snapshot.kind = kind;
    m_snapshot.address = m_request.address;
    m_snapshot.behaviour = m_request.behaviour.isEmpty() ? QStringLiteral("manual") : m_request.behaviour;
    m_snapshot.isNamed = !m_request.name.isEmpty() && m_request.parent == EndpointId::None;
    m_snapshot.name = host.uniqueName(m_request.name.isEmpty() ? formatAddress(m_request.address) : m_request.name);
    m_snapshot.life = life();
    if (m_request.earlier != nullptr) {
        m_snapshot.isNamed = m_request.earlier->isNamed;
        m_snapshot.counters = m_request.earlier->counters;
        recordTraffic(true);
        record(EventKind::OpenedAgain, sentence(QT_TRANSLATE_NOOP("Core", "opening again")));
    } else if (!m_snapshot.address.isOn("buffer")) {
        recordTraffic(true);
    }
}

Endpoint::~Endpoint() = default;

void Endpoint::recordTraffic(bool isWanted) {
    m_isRecordingWanted = isWanted;
    const bool isBuffered = m_snapshot.address.isOn("buffer");
    m_transcript->setMuted(!isWanted || !isBuffered, Timestamp::now(),
                           isBuffered ? QStringLiteral("a behaviour asked for it.")
                                      : QStringLiteral("the option buffer is off."));
}

const EndpointSnapshot& Endpoint::takeSnapshot() {
    m_isChanged = false;
    m_snapshot.counters.unrecorded = m_transcript->unrecorded();
    return m_snapshot;
}

void Endpoint::offerFile(const QString&) {
    recordNotSent(notSupportedBy(m_snapshot.kind, QStringLiteral("send file")));
}

void Endpoint::shutDownSending() {
    record(EventKind::Warning, notSupportedBy(m_snapshot.kind, QStringLiteral("shut down sending")).detail);
}

void Endpoint::shutDownReceiving() {
    record(EventKind::Warning, notSupportedBy(m_snapshot.kind, QStringLiteral("shut down receiving")).detail);
}

void Endpoint::startTls(const QString&) {
    record(EventKind::Warning, notSupportedBy(m_snapshot.kind, QStringLiteral("start TLS")).detail);
}

void Endpoint::setPaused(bool) {
    record(EventKind::Warning, notSupportedBy(m_snapshot.kind, QStringLiteral("pause")).detail);
}

void Endpoint::acceptOne() {
    record(EventKind::Warning, notSupportedBy(m_snapshot.kind, QStringLiteral("accept")).detail);
}

void Endpoint::acceptNext(quint64) {
    acceptOne();
}

Result<void> Endpoint::applyChange(const OptionSpec& spec, const QString&, bool) {
    return tl::unexpected(notSupportedBy(m_snapshot.kind, QStringLiteral("option %1").arg(QLatin1String(spec.name))));
}

Error Endpoint::noSocket() {
    return {.id = ErrorId::ShutDown,
            .situation = QStringLiteral("option"),
            .detail = sentence(QT_TRANSLATE_NOOP("Core", "There is no open socket to set it on."))};
}

void Endpoint::changeOption(const QString& name, const QString& value) {
    const auto refuse = [this](const Error& error) {
        record(EventKind::Warning, sentence(QT_TRANSLATE_NOOP("Core", "option not changed: %1"), error.detail),
               {{Fact::Error, error.toJson()}});
    };
    const bool leave = name == QLatin1String("leave");
    const OptionSpec* spec = findOption(leave ? QStringLiteral("join") : name);
    if (spec == nullptr || !spec->appliesTo(address().scheme)) {
        refuse(
            badInput(QStringLiteral("option"),
                     sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no option of %2. It takes: %3."), name,
                              schemeName(address().scheme), optionNames(address().scheme).join(QLatin1String(", ")))));
        return;
    }
    if (!spec->isLive || hasEnded()) {
        refuse(badInput(
            QStringLiteral("option"),
            hasEnded()
                ? sentence(QT_TRANSLATE_NOOP("Core", "%1 has ended."), m_snapshot.name)
                : sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be changed while the endpoint is open."), name)));
        return;
    }
    const auto normal = normaliseOption(*spec, value);
    if (!normal) {
        refuse(normal.error());
        return;
    }
    if (const auto done = applyChange(*spec, *normal, leave); !done) {
        refuse(done.error());
        return;
    }
    if (leave)
        m_snapshot.address.removeOption(QString::fromLatin1(spec->name), *normal);
    else if (spec->repeatable)
        m_snapshot.address.options.push_back({QString::fromLatin1(spec->name), *normal});
    else
        m_snapshot.address.setOption(QString::fromLatin1(spec->name), *normal);
    if (qstrcmp(spec->name, "buffer") == 0)
        recordTraffic(m_isRecordingWanted);
    describe();
    QString effective;
    if (m_snapshot.options != nullptr) {
        for (const OptionState& option : *m_snapshot.options) {
            if (option.name == QLatin1String(spec->name))
                effective = option.effective;
        }
    }
    const bool differs = !leave && !spec->repeatable && !effective.isEmpty() && effective != *normal;
    record(EventKind::OptionChanged,
           sentence(QT_TRANSLATE_NOOP("Core", "%1=%2"), name, *normal) +
               (differs ? sentence(QT_TRANSLATE_NOOP("Core", "; in force: %1"), effective) : Sentence()),
           {{Fact::Option, name}, {Fact::Requested, *normal}, {Fact::Effective, effective}});
}

void Endpoint::rename(const QString& name) {
    const QString wanted = name.simplified();
    if (wanted.isEmpty() || wanted == m_snapshot.name)
        return;
    const QString before = m_snapshot.name;
    m_host.releaseName(before);
    m_snapshot.name = m_host.uniqueName(wanted);
    m_snapshot.isNamed = true;
    record(EventKind::Renamed, sentence(QT_TRANSLATE_NOOP("Core", "“%1” is now called “%2”"), before, m_snapshot.name),
           {{Fact::Before, before}});
}

void Endpoint::consumed(quint64) {}

void Endpoint::childEnded(EndpointId) {}

void Endpoint::setBehaviourFactory(const QString& name, BehaviourFactory factory) {
    m_request.behaviour = name;
    m_request.makeBehaviour = std::move(factory);
    m_snapshot.behaviour = name;
    touch();
    m_listenerBehaviour.reset(); // it hears no end: the listener goes on without it
    if (m_isServed && !hasEnded())
        serveListener();
}

void Endpoint::serveListener() {
    m_isServed = true;
    m_listenerBehaviour = m_request.makeBehaviour.listener();
    if (m_listenerBehaviour)
        m_listenerBehaviour->listening(ListenerHandle(m_host, id()));
}

void Endpoint::setState(EndpointState state) {
    m_snapshot.state = state;
    touch();
}

void Endpoint::record(EventKind event, const Sentence& text, const Facts& facts) {
    if (!EventLimit::concerns(event) || facts.contains(Fact::Script)) { // a script has a limit of its own
        recordNow(event, text, facts);
        return;
    }
    if (!m_limit)
        m_limit = std::make_unique<EventLimit>();
    const bool hadRest = m_limit->hasRest();
    const auto count = static_cast<quint64>(facts.number(Fact::Count).value_or(1));
    if (m_limit->admits(event, std::chrono::steady_clock::now().time_since_epoch(), count))
        recordNow(event, text, facts);
    else if (!hadRest)
        later(EventLimit::window, &Endpoint::recordRest);
}

/// `… 11203 more in 5 s`
void Endpoint::recordRest() {
    if (!m_limit)
        return;
    for (const EventLimit::Rest& rest : m_limit->takeRest())
        recordNow(rest.kind,
                  sentence(QT_TRANSLATE_NOOP("Core", "… %1 more like that in %2 s (%3)"),
                           QLocale::c().toString(rest.count), QString::number(EventLimit::window.count()),
                           eventName(rest.kind)),
                  {{Fact::More, static_cast<qint64>(rest.events)}, {Fact::Count, static_cast<qint64>(rest.count)}});
}

void Endpoint::recordNow(EventKind event, const Sentence& text, const Facts& facts) {
    const Timestamp now = Timestamp::now();
    Facts all;
    all.add(Fact::Text, text).add(facts);
    m_transcript->appendEvent(event, all, now);
    m_host.logEvent(*this, event, all, now);
    touch();
}

void Endpoint::takeDerivedName() {
    const QString derived = formatAddress(m_snapshot.address);
    if (!m_request.name.isEmpty() || m_snapshot.isNamed || m_snapshot.name == derived)
        return;
    m_host.releaseName(m_snapshot.name);
    m_snapshot.name = m_host.uniqueName(derived);
}

void Endpoint::noteSocket(std::optional<qint64> number, bool isPassive, Facts& facts) {
    m_snapshot.descriptor = number;
    m_snapshot.isPassive = isPassive;
    if (number)
        facts.add(Fact::Descriptor, *number);
    facts.add(Fact::Type, m_snapshot.socketType());
    facts.add(Fact::Open, m_snapshot.openName());
}

void Endpoint::recordNotSent(const Error& error) {
    ++m_snapshot.counters.refused;
    record(EventKind::NotSent, sentence(QT_TRANSLATE_NOOP("Core", "not sent: %1"), error.detail),
           {{Fact::Error, error.toJson()}});
}

void Endpoint::recordKeyLogError(const Error& error) {
    record(EventKind::Warning, sentence(QT_TRANSLATE_NOOP("Core", "keys are missing in the key log: %1"), error.detail),
           {{Fact::Error, error.toJson()}, {Fact::IsIncomplete, true}});
}

bool Endpoint::recordClosing(const ClosingRecord& closing) {
    if (m_hasClosingRecord)
        return false;
    recordRest();
    m_hasClosingRecord = true;
    const bool isOurs = closing.cause == ClosingCause::ClosedByUs || closing.cause == ClosingCause::AbortedByUs;
    const bool hasReason = isOurs && !m_endReason.isEmpty();
    Sentence text = closing.text;
    if (hasReason)
        text += sentence(QT_TRANSLATE_NOOP("Core", " (%1)"), m_endReason);
    Facts facts{{Fact::Cause, causeName(closing.cause)},
                {Fact::Received, static_cast<qint64>(m_snapshot.counters.receivedBytes)},
                {Fact::Sent, static_cast<qint64>(m_snapshot.counters.sentBytes)}};
    if (m_snapshot.counters.queuedBytes > 0)
        facts.add(Fact::Unsent, static_cast<qint64>(m_snapshot.counters.queuedBytes));
    if (closing.error)
        facts.add(Fact::Error, closing.error->toJson());
    if (m_snapshot.report != nullptr)
        facts.add(Fact::Report, m_snapshot.report->toJson());
    if (m_snapshot.tls != nullptr && !m_snapshot.tls->isEstablished)
        facts.add(Fact::Tls, m_snapshot.tls->toJson());
    if (hasReason)
        facts.add(Fact::Reason, m_endReason);
    m_snapshot.descriptor.reset();
    m_snapshot.error = closing.error;
    m_snapshot.closing = text;
    m_snapshot.closingCause = closing.cause;
    m_snapshot.counters.queuedBytes = 0;
    setState(closing.error ? EndpointState::Failed : EndpointState::Closed);
    record(EventKind::Closed, text, facts);
    m_transcript->seal(); // little or nothing comes after it
    if (m_listenerBehaviour)
        (m_endedBehaviour = std::exchange(m_listenerBehaviour, nullptr))->listenerClosed(closing);
    return true;
}

void Endpoint::recordSent(QByteArrayView bytes, quint8 flags) {
    m_transcript->append(RecordKind::Sent, bytes, Timestamp::now(), flags);
    m_snapshot.counters.sentBytes += static_cast<quint64>(bytes.size());
    ++m_snapshot.counters.sentRecords;
    touch();
}

void Endpoint::recordCut(qint64 trueSize, qint64 size) {
    const bool isTold = trueSize > size;
    Facts facts{{Fact::Kept, size}};
    if (isTold)
        facts.add(Fact::TrueSize, trueSize);
    record(
        EventKind::Warning,
        isTold
            ? sentence(QT_TRANSLATE_NOOP("Core", "a datagram of %1 bytes was cut to %2 (option size)"), trueSize, size)
            : sentence(
                  QT_TRANSLATE_NOOP(
                      "Core", "a datagram was cut to %1 bytes (option size); the system does not tell its true size"),
                  size),
        facts);
}

void Endpoint::countReceived(quint64 bytes) {
    m_snapshot.counters.receivedBytes += bytes;
    ++m_snapshot.counters.receivedRecords;
    touch();
}

} // namespace sw
