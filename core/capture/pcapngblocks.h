// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/appendfile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <utility>
#include <vector>

namespace sw::pcapng {

// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, each whole.

constexpr quint32 sectionHeader = 0x0a0d0d0a;
constexpr quint32 interfaceDescription = 1;
constexpr quint32 simplePacket = 3;
constexpr quint32 nameResolution = 4;
constexpr quint32 interfaceStatistics = 5;
constexpr quint32 enhancedPacket = 6;
constexpr quint32 byteOrderMagic = 0x1a2b3c4d;

enum Option : quint16 {
    EndOfOptions = 0,
    Comment = 1,
    Hardware = 2,      ///< of a section
    System = 3,        ///< of a section
    Application = 4,   ///< of a section
    InterfaceName = 2, ///< of an interface
    TimeResolution = 9 ///< of an interface
};

using Options = std::vector<std::pair<quint16, QByteArray>>;

QByteArray makeSection(const QString& comment);
/// Ethernet, time in nanoseconds.
QByteArray makeInterface(const QString& name, const QString& comment);
/// A frame in two parts, with comments.
void putPacket(BlockBuffer& out, quint32 interface, qint64 wallNanoseconds, QByteArrayView head, QByteArrayView payload,
               const QStringList& comments);
/// Says nothing, in so many bytes (a multiple of 4, 12 at least): a block of a type for local use, which readers skip.
void putFiller(BlockBuffer& out, std::size_t size);
/// Names of IP addresses, as 4 or 16 bytes.
QByteArray makeNames(const std::vector<std::pair<QByteArray, QString>>& names);
/// Comments that belong to no packet.
QByteArray makeStatistics(quint32 interface, qint64 wallNanoseconds, const QStringList& comments);

/// Of so many bytes of blocks, those that are whole blocks.
std::size_t wholeBlocks(const char* data, std::size_t size);

} // namespace sw::pcapng
