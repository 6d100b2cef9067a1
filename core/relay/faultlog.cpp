// SPDX-License-Identifier: MIT
#include "core/relay/faultlog.h"

#include "core/base/inputfile.h"
#include "core/base/textdecoding.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace sw {

Result<std::shared_ptr<const FaultScript>> FaultScript::read(const QString& path) {
    constexpr qint64 largest = 256LL << 20U;
    QFile file(path);
    const QString why = whyNoInputFile(path);
    if (!why.isEmpty() || !file.open(QIODevice::ReadOnly))
        return tl::unexpected(Error{.id = ErrorId::NotFound,
                                    .situation = QStringLiteral("fault log"),
                                    .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path,
                                                       why.isEmpty() ? file.errorString() : why)});
    if (file.size() > largest)
        return tl::unexpected(badInput(QStringLiteral("fault log"),
                                       sentence(QT_TRANSLATE_NOOP("Core", "%1 is larger than 256 MiB."), path)));
    const auto text = decodeText(file.readAll(), QStringLiteral("fault log"));
    if (!text)
        return tl::unexpected(
            badInput(QStringLiteral("fault log"),
                     sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2"), path, text.error().detail)));
    return parse(text->toUtf8(), path);
}

Result<std::shared_ptr<const FaultScript>> FaultScript::parse(const QByteArray& text, const QString& name) {
    auto script = std::make_shared<FaultScript>();
    int number = 0;
    for (qsizetype at = 0; at < text.size();) {
        ++number;
        const qsizetype end = text.indexOf('\n', at);
        const QByteArray line = text.mid(at, end < 0 ? -1 : end - at).trimmed();
        at = end < 0 ? text.size() : end + 1;
        if (line.isEmpty())
            continue;
        QJsonParseError problem{};
        const QJsonObject json = QJsonDocument::fromJson(line, &problem).object();
        if (json.contains(QStringLiteral("seed")) && number == 1)
            continue;
        const auto decision =
            problem.error == QJsonParseError::NoError
                ? FaultDecision::fromJson(json)
                : Result<FaultDecision>(tl::unexpected(badInput(QStringLiteral("fault log"), problem.errorString())));
        if (!decision)
            return tl::unexpected(
                badInput(QStringLiteral("fault log"), sentence(QT_TRANSLATE_NOOP("Core", "%1, line %2: %3"), name,
                                                               QString::number(number), decision.error().detail)));
        if (decision->kind == FaultKind::Refuse)
            script->m_refused.push_back(decision->connection);
        else
            script->m_decisions[{decision->connection, decision->direction}].push_back(*decision);
    }
    for (auto& [whose, decisions] : script->m_decisions)
        std::stable_sort(decisions.begin(), decisions.end(),
                         [](const FaultDecision& a, const FaultDecision& b) { return a.place < b.place; });
    return std::shared_ptr<const FaultScript>(std::move(script));
}

const std::vector<FaultDecision>& FaultScript::of(quint64 connection, RelayDirection direction) const {
    static const std::vector<FaultDecision> none;
    const auto found = m_decisions.find({connection, direction});
    return found == m_decisions.end() ? none : found->second;
}

bool FaultScript::refuses(quint64 connection) const {
    return std::find(m_refused.begin(), m_refused.end(), connection) != m_refused.end();
}

namespace {

std::size_t wholeLines(const char* data, std::size_t size) {
    return static_cast<std::size_t>(QByteArrayView(data, static_cast<qsizetype>(size)).lastIndexOf('\n') + 1);
}

} // namespace

Result<std::unique_ptr<FaultLog>> FaultLog::open(const QString& path, const QVector<Fault>& faults, quint64 seed,
                                                 const Opening& how) {
    auto file = AppendFile::open(path, how);
    if (!file)
        return tl::unexpected(file.error());
    std::unique_ptr<FaultLog> log(new FaultLog(std::move(*file)));
    QJsonArray list;
    for (const Fault& fault : faults) {
        if (fault.isEnabled)
            list.append(formatFault(fault));
    }
    log->put({{QStringLiteral("seed"), QString::number(seed)}, {QStringLiteral("faults"), list}});
    if (auto written = log->flush(); !written) {
        log->discard();
        return tl::unexpected(written.error());
    }
    return log;
}

Result<void> FaultLog::write(const std::vector<FaultDecision>& decisions) {
    if (m_isOver)
        return {};
    for (const FaultDecision& decision : decisions)
        put(decision.toJson());
    return flush();
}

void FaultLog::put(const QJsonObject& json) {
    const QByteArray line = QJsonDocument(json).toJson(QJsonDocument::Compact) + '\n';
    std::copy(line.begin(), line.end(), m_waiting.extend(static_cast<std::size_t>(line.size())));
}

Result<void> FaultLog::flush() {
    auto written = m_file->append(m_waiting, wholeLines);
    if (!written) {
        written.error().situation = QStringLiteral("fault log");
        (void)m_file->close();
        m_isOver = true;
    }
    return written;
}

Result<void> FaultLog::close() {
    return m_file->close();
}

void FaultLog::discard() {
    const bool isOurs = !m_file->isSequential();
    (void)m_file->close();
    if (isOurs)
        (void)removeOldFile(m_file->path());
}

} // namespace sw
