// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QIODevice>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace sw {

/// One packet of a capture; the views are valid until the next one is read.
struct CapturedPacket {
    qint64 wall = 0; ///< nanoseconds since 1970
    quint32 linkType = 0;
    quint32 originalSize = 0; ///< on the network; more than bytes.size(): it was cut by the snapshot length
    QByteArrayView bytes;
    QString interface; ///< its name; empty: none was given
    QStringList comments;
};

/// Reads pcap (both byte orders, micro- and nanoseconds) and pcapng, packet by packet: draft-ietf-opsawg-pcap and
/// -pcapng. Memory: one block of at most 16 MiB; a length beyond that is a lie. One thread.
class CaptureFile {
public:
    /// Whether a file that begins like this is a capture.
    static bool isCapture(QByteArrayView start);
    /// `device` is open and outlives this. Errors: no capture.
    static Result<std::unique_ptr<CaptureFile>> open(QIODevice& device);

    /// Nothing at the end. An error ends the reading: what came before it is good.
    Result<std::optional<CapturedPacket>> next();
    /// The program that wrote it, as far as the file says.
    const QString& application() const { return m_application; }
    /// Bytes of the content that were read.
    qint64 position() const { return m_position; }

private:
    struct Interface {
        quint32 linkType = 0;
        QString name;
        quint8 resolution = 6;
        qint64 offset = 0; // seconds
        quint32 snapLength = 0;
    };

    explicit CaptureFile(QIODevice& device) : m_device(device) {}
    Result<void> begin();
    /// `size` bytes, fewer only at the end.
    QByteArrayView take(qsizetype size);
    Result<std::optional<CapturedPacket>> nextPcap();
    Result<std::optional<CapturedPacket>> nextBlock();
    Result<void> readSection(QByteArrayView body);
    Result<void> readInterface(QByteArrayView body);
    Result<std::optional<CapturedPacket>> readPacket(quint32 type, QByteArrayView body);
    template <typename T>
    T number(QByteArrayView bytes, qsizetype at) const;
    template <typename Call>
    void forOptions(QByteArrayView options, Call call) const;
    tl::unexpected<Error> broken(const QString& why) const;

    QIODevice& m_device;
    QByteArray m_buffer;
    qsizetype m_at = 0;
    qint64 m_position = 0;
    bool m_isBlocks = false; // pcapng
    bool m_isBig = false;    // byte order
    bool m_isNano = false;   // of pcap
    quint32 m_linkType = 0;  // of pcap
    std::vector<Interface> m_interfaces;
    QString m_application;
    quint64 m_packets = 0;
};

} // namespace sw
