// SPDX-License-Identifier: MIT
#include "ui/endpoints/endpointlabel.h"

#include <QCoreApplication>

namespace sw::ui {

namespace {

struct EndpointLabel {
    Q_DECLARE_TR_FUNCTIONS(EndpointLabel)
};

bool isRelay(const EndpointSnapshot& snapshot) {
    return snapshot.behaviour.startsWith(QLatin1String("relay="));
}

} // namespace

QString kindGlyph(const EndpointSnapshot& snapshot) {
    switch (snapshot.kind) {
    case EndpointKind::Listener:
        return isRelay(snapshot) ? QStringLiteral("⇄") : QStringLiteral("◉");
    case EndpointKind::DatagramSocket:
        return isRelay(snapshot) ? QStringLiteral("⇄") : QStringLiteral("◇");
    case EndpointKind::Flow:
        return QStringLiteral("↔");
    case EndpointKind::Recording:
        return QStringLiteral("▤");
    case EndpointKind::Connection:
        break;
    }
    return snapshot.isAccepted ? QStringLiteral("←") : QStringLiteral("→");
}

QString kindWord(const EndpointSnapshot& snapshot) {
    switch (snapshot.kind) {
    case EndpointKind::Listener:
        return isRelay(snapshot) ? EndpointLabel::tr("relay") : EndpointLabel::tr("listener");
    case EndpointKind::DatagramSocket:
        return isRelay(snapshot) ? EndpointLabel::tr("relay") : EndpointLabel::tr("datagram socket");
    case EndpointKind::Flow:
        return EndpointLabel::tr("flow");
    case EndpointKind::Recording:
        return EndpointLabel::tr("recording");
    case EndpointKind::Connection:
        break;
    }
    return snapshot.isAccepted ? EndpointLabel::tr("accepted connection") : EndpointLabel::tr("outgoing connection");
}

QString placeText(const EndpointSnapshot& snapshot) {
    if (snapshot.isNamed || snapshot.kind == EndpointKind::Recording)
        return snapshot.name;
    const bool isChild = snapshot.isAccepted || snapshot.kind == EndpointKind::Flow;
    if (isChild && !snapshot.peer.isEmpty()) {
        const qsizetype colon = snapshot.peer.lastIndexOf(QLatin1Char(':'));
        return isLocal(snapshot.address.scheme) || colon < 0 ? snapshot.peer : snapshot.peer.mid(colon);
    }
    const QString scheme = schemeName(snapshot.address.scheme) + QStringLiteral("://");
    QString text = snapshot.name;
    if (text.startsWith(scheme))
        text.remove(0, scheme.size());
    const qsizetype options = text.indexOf(QLatin1Char('?'));
    const qsizetype suffix = text.lastIndexOf(QLatin1String(" (")); // of a name that there was already
    if (options >= 0)
        text = text.left(options) + (suffix > options ? text.mid(suffix) : QString());
    return text;
}

} // namespace sw::ui
