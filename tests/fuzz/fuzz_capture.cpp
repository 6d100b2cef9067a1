// SPDX-License-Identifier: MIT
#include "core/capture/captureimport.h"

#include <QBuffer>

#include <cstdlib>

namespace {

class CountingSink final : public sw::RecordingSink {
public:
    quint64 begin(const sw::Conversation&) override { return m_count++; }
    void data(quint64 number, sw::RecordKind, QByteArrayView, qint64, quint8) override { check(number); }
    void event(quint64 number, sw::EventKind, const sw::Sentence&, const sw::Facts&, qint64) override { check(number); }
    void note(quint64 number, const QString&, qint64) override { check(number); }
    void problem(const QString&) override {}
    bool progress(qint64) override { return true; }

private:
    void check(quint64 number) const {
        if (number >= m_count)
            std::abort();
    }

    quint64 m_count = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    QBuffer file(&bytes);
    file.open(QIODevice::ReadOnly);
    CountingSink sink;
    const auto read = sw::importCapture(
        file, [] { return qint64(0); }, sink);
    if (!read && read.error().detail.isEmpty())
        std::abort();
    return 0;
}
