// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <span>

namespace sw {

/// A checksum, CRC or digest that templates and the inspector know.
struct Checksum {
    const char* name;                      ///< as templates write it: `crc16-modbus`
    int size;                              ///< in bytes
    bool isLittleEndian;                   ///< how its protocols send it; a template can say otherwise
    const char* summary;                   ///< one sentence for people
    QByteArray (*compute)(QByteArrayView); ///< most significant byte first
};

std::span<const Checksum> checksums();
/// nullptr if there is none of that name.
const Checksum* findChecksum(const QString& name);

} // namespace sw
