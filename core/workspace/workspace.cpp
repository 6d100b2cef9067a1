// SPDX-License-Identifier: MIT
#include "core/workspace/workspace.h"

#include "core/base/inputfile.h"
#include "core/base/outputfile.h"
#include "core/base/textdecoding.h"
#include "core/behaviour/catalogue.h"
#include "core/behaviour/condition.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace sw {

namespace {

constexpr qint64 largestFile = 16 << 20;
constexpr qsizetype mostEndpoints = 1000;
constexpr int version = 1;

/// Reads the parsed document; knows the text for the places of its errors.
class WorkspaceReader {
public:
    WorkspaceReader(const QByteArray& text, QJsonObject root) : m_text(text), m_root(std::move(root)) {}

    Result<Workspace> read() {
        if (const auto done = checkMembers(m_root,
                                           {QStringLiteral("socketwright"), QStringLiteral("endpoints"),
                                            QStringLiteral("messages"), QStringLiteral("window")},
                                           {});
            !done)
            return tl::unexpected(done.error());
        if (m_root.value(QStringLiteral("socketwright")).toInt() != version)
            return refuse(
                {QStringLiteral("socketwright")},
                sentence(QT_TRANSLATE_NOOP("Core", "“socketwright” has to be 1, the version of this format.")));
        Workspace workspace;
        const QJsonArray endpoints = m_root.value(QStringLiteral("endpoints")).toArray();
        if (m_root.contains(QStringLiteral("endpoints")) && !m_root.value(QStringLiteral("endpoints")).isArray())
            return refuse({QStringLiteral("endpoints")}, sentence(QT_TRANSLATE_NOOP("Core", "“endpoints” is a list.")));
        if (endpoints.size() > mostEndpoints)
            return refuse({QStringLiteral("endpoints")},
                          sentence(QT_TRANSLATE_NOOP("Core", "A workspace has at most 1000 endpoints.")));
        for (qsizetype i = 0; i < endpoints.size(); ++i) {
            const auto endpoint = readEndpoint(endpoints.at(i), {QStringLiteral("endpoints"), QString::number(i)});
            if (!endpoint)
                return tl::unexpected(endpoint.error());
            workspace.endpoints.append(*endpoint);
        }
        if (const auto done = readMessages(workspace); !done)
            return tl::unexpected(done.error());
        workspace.window = m_root.value(QStringLiteral("window")).toObject();
        return workspace;
    }

private:
    tl::unexpected<Error> refuse(const QStringList& path, const Sentence& detail) const {
        const qsizetype position = std::max<qsizetype>(jsonPosition(m_text, path), 0);
        return tl::unexpected(
            badInput(QStringLiteral("workspace"),
                     sentence(QT_TRANSLATE_NOOP("Core", "%1: %2"), lineAndColumn(m_text, position), detail),
                     static_cast<int>(position)));
    }

    Result<void> checkMembers(const QJsonObject& object, const QStringList& known, const QStringList& path) const {
        for (auto it = object.constBegin(); it != object.constEnd(); ++it) {
            if (!known.contains(it.key()))
                return refuse(path + QStringList{it.key()},
                              sentence(QT_TRANSLATE_NOOP("Core", "“%1” is not known here. There are: %2."), it.key(),
                                       known.join(QLatin1String(", "))));
        }
        return {};
    }

    Result<WorkspaceEndpoint> readEndpoint(const QJsonValue& value, const QStringList& path) const {
        if (!value.isObject())
            return refuse(path,
                          sentence(QT_TRANSLATE_NOOP("Core", "An endpoint is an object with “listen” or “connect”.")));
        const QJsonObject object = value.toObject();
        if (const auto done =
                checkMembers(object,
                             {QStringLiteral("listen"), QStringLiteral("connect"), QStringLiteral("name"),
                              QStringLiteral("behaviour"), QStringLiteral("draft"), QStringLiteral("relay")},
                             path);
            !done)
            return tl::unexpected(done.error());
        for (auto it = object.constBegin(); it != object.constEnd(); ++it) {
            if (!it.value().isString() && it.key() != QLatin1String("relay"))
                return refuse(path + QStringList{it.key()},
                              sentence(QT_TRANSLATE_NOOP("Core", "“%1” is a text."), it.key()));
        }
        const bool listens = object.contains(QStringLiteral("listen"));
        if (listens == object.contains(QStringLiteral("connect")))
            return refuse(path, sentence(QT_TRANSLATE_NOOP(
                                    "Core", "An endpoint has either “listen” or “connect”, with its address.")));
        WorkspaceEndpoint endpoint{.role = listens ? Role::Listen : Role::Connect};
        const QString member = listens ? QStringLiteral("listen") : QStringLiteral("connect");
        const auto address = parseAddress(object.value(member).toString(), endpoint.role);
        if (!address)
            return refuse(path + QStringList{member}, address.error().detail);
        endpoint.address = *address;
        endpoint.name = object.value(QStringLiteral("name")).toString();
        endpoint.draft = object.value(QStringLiteral("draft")).toString();
        if (object.contains(QStringLiteral("behaviour"))) {
            endpoint.behaviour = object.value(QStringLiteral("behaviour")).toString();
            if (findBehaviour(endpoint.behaviour) == nullptr) // its file is not looked at before it is started
                return refuse(
                    path + QStringList{QStringLiteral("behaviour")},
                    sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no behaviour; `swright list behaviours` names them."),
                             endpoint.behaviour));
        }
        if (!object.contains(QStringLiteral("relay")))
            return endpoint;
        if (!listens || object.contains(QStringLiteral("behaviour")))
            return refuse(path + QStringList{QStringLiteral("relay")},
                          sentence(QT_TRANSLATE_NOOP("Core", "A relay listens, and has no other behaviour.")));
        auto relay = readRelay(object.value(QStringLiteral("relay")), endpoint.address,
                               path + QStringList{QStringLiteral("relay")});
        if (!relay)
            return tl::unexpected(relay.error());
        endpoint.relay = std::move(*relay);
        return endpoint;
    }

    Result<WorkspaceRelay> readRelay(const QJsonValue& value, const Address& listen, const QStringList& path) const {
        if (!value.isObject())
            return refuse(path, sentence(QT_TRANSLATE_NOOP("Core", "A relay is an object with a “target”.")));
        const QJsonObject object = value.toObject();
        if (const auto done = checkMembers(object,
                                           {QStringLiteral("target"), QStringLiteral("faults"), QStringLiteral("off"),
                                            QStringLiteral("seed"), QStringLiteral("hold")},
                                           path);
            !done)
            return tl::unexpected(done.error());
        WorkspaceRelay relay;
        const auto target = parseAddress(object.value(QStringLiteral("target")).toString(), Role::Connect);
        if (!target)
            return refuse(path + QStringList{QStringLiteral("target")}, target.error().detail);
        relay.target = *target;
        for (const QString& list : {QStringLiteral("faults"), QStringLiteral("off")}) { // those that are not applied
            const QJsonArray array = object.value(list).toArray();
            for (qsizetype i = 0; i < array.size(); ++i) {
                auto fault = parseFault(array.at(i).toString());
                if (!fault)
                    return refuse(path + QStringList{list, QString::number(i)}, fault.error().detail);
                fault->isEnabled = list == QLatin1String("faults");
                relay.faults.append(*fault);
            }
        }
        if (const auto fits = checkFaults(relay.faults, isDatagram(listen.scheme)); !fits)
            return refuse(path + QStringList{QStringLiteral("faults")}, fits.error().detail);
        if (object.contains(QStringLiteral("seed"))) {
            bool ok = false;
            relay.seed = object.value(QStringLiteral("seed")).toString().toULongLong(&ok);
            if (!ok)
                return refuse(path + QStringList{QStringLiteral("seed")},
                              sentence(QT_TRANSLATE_NOOP("Core", "“seed” is a number, as a text.")));
        }
        return readHold(object, relay, path);
    }

    Result<WorkspaceRelay> readHold(const QJsonObject& object, WorkspaceRelay relay, const QStringList& path) const {
        if (!object.contains(QStringLiteral("hold")))
            return relay;
        const QStringList here = path + QStringList{QStringLiteral("hold")};
        const QJsonObject hold = object.value(QStringLiteral("hold")).toObject();
        if (const auto done = checkMembers(hold,
                                           {QStringLiteral("on"), QStringLiteral("direction"), QStringLiteral("framer"),
                                            QStringLiteral("condition")},
                                           here);
            !done)
            return tl::unexpected(done.error());
        const QString direction = hold.value(QStringLiteral("direction")).toString();
        const auto framer = parseFramer(hold.value(QStringLiteral("framer")).toString());
        if (!framer)
            return refuse(here + QStringList{QStringLiteral("framer")}, framer.error().detail);
        relay.intercept = {.isOn = hold.value(QStringLiteral("on")).toBool(),
                           .framer = *framer,
                           .condition = hold.value(QStringLiteral("condition")).toString()};
        if (!direction.isEmpty() && direction != QLatin1String("up") && direction != QLatin1String("down"))
            return refuse(here + QStringList{QStringLiteral("direction")},
                          sentence(QT_TRANSLATE_NOOP("Core", "“direction” is up or down.")));
        if (!direction.isEmpty())
            relay.intercept.direction = direction == QLatin1String("down") ? RelayDirection::Down : RelayDirection::Up;
        if (const auto condition = Condition::parse(relay.intercept.condition); !condition)
            return refuse(here + QStringList{QStringLiteral("condition")}, condition.error().detail);
        return relay;
    }

    Result<void> readMessages(Workspace& workspace) const {
        const QJsonValue value = m_root.value(QStringLiteral("messages"));
        if (value.isUndefined())
            return {};
        if (!value.isArray())
            return refuse({QStringLiteral("messages")},
                          sentence(QT_TRANSLATE_NOOP("Core", "“messages” is a list of lines.")));
        QStringList lines; // as in a file of messages: one line a string, so that changes stay small
        const QJsonArray array = value.toArray();
        for (qsizetype i = 0; i < array.size(); ++i) {
            if (!array.at(i).isString())
                return refuse({QStringLiteral("messages"), QString::number(i)},
                              sentence(QT_TRANSLATE_NOOP("Core", "A line is a text.")));
            lines.append(array.at(i).toString());
        }
        auto library = MessageLibrary::parse(lines.join(QLatin1Char('\n')));
        if (!library) {
            const qsizetype line =
                lines.join(QLatin1Char('\n')).left(library.error().position).count(QLatin1Char('\n'));
            return refuse({QStringLiteral("messages"), QString::number(line)}, library.error().detail);
        }
        workspace.messages = *library;
        return {};
    }

    const QByteArray& m_text;
    QJsonObject m_root;
};

QJsonObject relayJson(const WorkspaceRelay& relay) {
    QJsonObject object{{QStringLiteral("target"), formatAddress(relay.target)}};
    for (const bool isEnabled : {true, false}) {
        QJsonArray list;
        for (const Fault& fault : relay.faults) {
            if (fault.isEnabled == isEnabled)
                list.append(formatFault(fault));
        }
        if (!list.isEmpty())
            object.insert(isEnabled ? QStringLiteral("faults") : QStringLiteral("off"), list);
    }
    if (relay.seed != 1)
        object.insert(QStringLiteral("seed"), QString::number(relay.seed));
    if (relay.intercept == Intercept{})
        return object;
    QJsonObject hold{{QStringLiteral("on"), relay.intercept.isOn}};
    if (relay.intercept.direction)
        hold.insert(QStringLiteral("direction"), directionName(*relay.intercept.direction));
    if (relay.intercept.framer.framing != Framing::None)
        hold.insert(QStringLiteral("framer"), formatFramer(relay.intercept.framer));
    if (!relay.intercept.condition.isEmpty())
        hold.insert(QStringLiteral("condition"), relay.intercept.condition);
    object.insert(QStringLiteral("hold"), hold);
    return object;
}

void resolve(QString& file, const QDir& folder) {
    if (!file.isEmpty() && QDir::isRelativePath(file))
        file = folder.absoluteFilePath(file);
}

} // namespace

QString WorkspaceEndpoint::describe() const {
    QString text = (role == Role::Listen ? QStringLiteral("listen on ") : QStringLiteral("connect to ")) +
                   describeAddress(address);
    if (behaviour != QLatin1String("manual"))
        text += QStringLiteral(", behaviour ") + behaviour;
    if (relay)
        text += QStringLiteral(", relay to ") + describeAddress(relay->target);
    if (relay && relay->target.value("verify") == QLatin1String("off"))
        text += QStringLiteral(" — without checking the target's certificate");
    if (role == Role::Listen && isReachableFromNetwork(address))
        text += QStringLiteral(" — reachable from the network");
    if (address.value("verify") == QLatin1String("off"))
        text += QStringLiteral(" — without checking the certificate");
    if (behaviour == QLatin1String("console"))
        text += QStringLiteral(" — whoever connects can run scripts");
    return text;
}

Result<Workspace> Workspace::parse(const QByteArray& json) {
    if (json.size() > largestFile)
        return tl::unexpected(badInput(QStringLiteral("workspace"),
                                       sentence(QT_TRANSLATE_NOOP("Core", "A workspace has at most 16 MiB.")), 0));
    QJsonParseError parseError{};
    const QJsonDocument document = QJsonDocument::fromJson(json, &parseError);
    const int position =
        std::min(parseError.offset, static_cast<int>(json.size())); // the parser's may be behind the end
    if (parseError.error != QJsonParseError::NoError)
        return tl::unexpected(badInput(QStringLiteral("workspace"),
                                       sentence(QT_TRANSLATE_NOOP("Core", "%1: this is no JSON: %2."),
                                                lineAndColumn(json, position), parseError.errorString()),
                                       position));
    if (!document.isObject())
        return tl::unexpected(
            badInput(QStringLiteral("workspace"),
                     sentence(QT_TRANSLATE_NOOP("Core", "line 1, column 1: a workspace is a JSON object.")), 0));
    return WorkspaceReader(json, document.object()).read();
}

QByteArray Workspace::format() const {
    QJsonArray list;
    for (const WorkspaceEndpoint& endpoint : endpoints) {
        QJsonObject object{{endpoint.role == Role::Listen ? QStringLiteral("listen") : QStringLiteral("connect"),
                            formatAddress(endpoint.address)}};
        if (!endpoint.name.isEmpty())
            object.insert(QStringLiteral("name"), endpoint.name);
        if (endpoint.behaviour != QLatin1String("manual"))
            object.insert(QStringLiteral("behaviour"), endpoint.behaviour);
        if (endpoint.relay)
            object.insert(QStringLiteral("relay"), relayJson(*endpoint.relay));
        if (!endpoint.draft.isEmpty())
            object.insert(QStringLiteral("draft"), endpoint.draft);
        list.append(object);
    }
    QJsonObject root{{QStringLiteral("socketwright"), version}, {QStringLiteral("endpoints"), list}};
    if (!messages.messages.isEmpty())
        root.insert(QStringLiteral("messages"),
                    QJsonArray::fromStringList(messages.format().split(QLatin1Char('\n'), Qt::SkipEmptyParts)));
    if (!window.isEmpty())
        root.insert(QStringLiteral("window"), window);
    return QJsonDocument(root).toJson(QJsonDocument::Indented);
}

Result<Workspace> Workspace::read(const QString& file) {
    QFile in(file);
    const QString why = whyNoInputFile(file);
    if (!why.isEmpty() || !in.open(QIODevice::ReadOnly))
        return tl::unexpected(Error{.id = ErrorId::NotFound,
                                    .situation = QStringLiteral("workspace"),
                                    .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), file,
                                                       why.isEmpty() ? in.errorString() : why)});
    const QByteArray bytes = in.read(largestFile + 1);
    auto text =
        bytes.size() > largestFile ? Result<QString>(QString()) : decodeText(bytes, QStringLiteral("workspace"));
    if (!text)
        return tl::unexpected(
            badInput(QStringLiteral("workspace"),
                     sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2"), file, text.error().detail)));
    auto workspace = parse(bytes.size() > largestFile ? bytes : text->toUtf8());
    if (!workspace)
        workspace.error().detail = sentence(QT_TRANSLATE_NOOP("Core", "%1, %2"), file, workspace.error().detail);
    return workspace;
}

Result<void> Workspace::write(const QString& file, bool isPrivate) const {
    return replaceFile(file, format(), QStringLiteral("workspace"), isPrivate ? Privacy::Owner : Privacy::Usual);
}

void Workspace::resolveFiles(const QString& folder) {
    const QDir directory(folder);
    for (WorkspaceEndpoint& endpoint : endpoints) {
        const BehaviourEntry* entry = findBehaviour(endpoint.behaviour);
        if (entry != nullptr && entry->value == BehaviourValue::File) {
            QString value = endpoint.behaviour.section(QLatin1Char('='), 1);
            resolve(value, directory);
            endpoint.behaviour = QString::fromLatin1(entry->name) + QLatin1Char('=') + value;
        }
        const auto resolveOptions = [&directory](Address& address) {
            for (Address::Option& option : address.options) {
                if (option.name == QLatin1String("cert") || option.name == QLatin1String("key") ||
                    option.name == QLatin1String("ca") || option.name == QLatin1String("keylog"))
                    resolve(option.value, directory);
            }
        };
        resolveOptions(endpoint.address);
        if (endpoint.relay)
            resolveOptions(endpoint.relay->target);
    }
}

} // namespace sw
