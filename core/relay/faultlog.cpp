// SPDX-License-Identifier: MIT
#include "core/relay/faultlog.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace sw {

namespace {

Error cannotWrite(const QFile& file) {
    return {.id = ErrorId::WriteFailed,
            .situation = QStringLiteral("fault log"),
            .detail = QStringLiteral("%1 cannot be written: %2.").arg(file.fileName(), file.errorString())};
}

} // namespace

Result<std::shared_ptr<const FaultScript>> FaultScript::read(const QString& path) {
    constexpr qint64 largest = 256LL << 20U;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return tl::unexpected(Error{.id = ErrorId::NotFound,
                                    .situation = QStringLiteral("fault log"),
                                    .detail = QStringLiteral("%1 cannot be read: %2.").arg(path, file.errorString())});
    if (file.size() > largest)
        return tl::unexpected(
            badInput(QStringLiteral("fault log"), QStringLiteral("%1 is larger than 256 MiB.").arg(path)));
    return parse(file.readAll(), path);
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
            return tl::unexpected(badInput(
                QStringLiteral("fault log"),
                QStringLiteral("%1, line %2: %3").arg(name, QString::number(number), decision.error().detail)));
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

Result<std::unique_ptr<FaultLog>> FaultLog::open(const QString& path, const QVector<Fault>& faults, quint64 seed) {
    std::unique_ptr<FaultLog> log(new FaultLog);
    log->m_file.setFileName(path);
    if (!log->m_file.open(QIODevice::WriteOnly | QIODevice::Truncate, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return tl::unexpected(cannotWrite(log->m_file));
    QJsonArray list;
    for (const Fault& fault : faults) {
        if (fault.isEnabled)
            list.append(formatFault(fault));
    }
    const QJsonObject head{{QStringLiteral("seed"), QString::number(seed)}, {QStringLiteral("faults"), list}};
    const QByteArray line = QJsonDocument(head).toJson(QJsonDocument::Compact) + '\n';
    if (log->m_file.write(line) != line.size() || !log->m_file.flush())
        return tl::unexpected(cannotWrite(log->m_file));
    return log;
}

Result<void> FaultLog::write(const std::vector<FaultDecision>& decisions) {
    if (!m_file.isOpen())
        return {};
    for (const FaultDecision& decision : decisions) {
        const QByteArray line = QJsonDocument(decision.toJson()).toJson(QJsonDocument::Compact) + '\n';
        if (m_file.write(line) == line.size())
            continue;
        const Error error = cannotWrite(m_file);
        m_file.close();
        return tl::unexpected(error);
    }
    return m_file.flush() ? Result<void>() : tl::unexpected(cannotWrite(m_file));
}

} // namespace sw
