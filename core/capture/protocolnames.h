// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace sw {

/// The name of a link type (LINKTYPE_…), or its number. Source: tcpdump.org/linktypes.html.
QString linkTypeName(quint32 linkType);

/// The name of what an EtherType stands for, or its number. Source: IEEE and IANA's list of EtherTypes.
QString etherTypeName(quint16 type);
bool hasEtherTypeName(quint16 type);

/// The name of a protocol above IP, or its number. Source: IANA's Assigned Internet Protocol Numbers.
QString ipProtocolName(quint8 protocol);

} // namespace sw
