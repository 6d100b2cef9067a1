// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringList>

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
/// What messages list when a name is not known.
QStringList checksumNames();

/// A CRC by the parameters of the catalogue of parametrised CRC algorithms (Ross Williams, "A painless guide to CRC
/// error detection algorithms"). A plain value.
struct CrcModel {
    int width = 0;          ///< in bits, 1 to 64
    quint64 polynomial = 0; ///< without its highest term
    quint64 initial = 0;
    quint64 xorOut = 0;
    bool reflectsIn = false;
    bool reflectsOut = false;

    bool operator==(const CrcModel&) const = default;
    /// Reads `width=16`, `poly=1021`, `init=ffff`, `refin=true`, `refout=true`, `xorout=0`, in any order; all but width
    /// and poly may be missing. With `check=29b1` the CRC of "123456789" must be that.
    static Result<CrcModel> parse(const QStringList& parameters);
    quint64 mask() const;
    quint64 valueOf(QByteArrayView bytes) const;
    /// In bytes.
    int size() const { return (width + 7) / 8; }
    /// Most significant byte first.
    QByteArray compute(QByteArrayView bytes) const;
};

} // namespace sw
