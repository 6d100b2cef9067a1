// SPDX-License-Identifier: MIT
#include "core/base/appendfile.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <cstring>
#include <random>
#include <thread>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#endif

using namespace sw;

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("not readable");
}

/// Bytes at an aligned place, as BlockBuffer gives them.
void fill(BlockBuffer& buffer, std::size_t size, char first) {
    buffer.clear();
    char* at = buffer.extend(size);
    for (std::size_t i = 0; i < size; ++i)
        at[i] = static_cast<char>(first + static_cast<char>(i % 101));
}

} // namespace

class AppendFileTest final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }

private slots:
    // not in /tmp, which may be a file system of memory
    void init() { m_folder = std::make_unique<QTemporaryDir>(QDir::currentPath() + QStringLiteral("/append-XXXXXX")); }

    void whatIsAppendedIsThereInOrder() {
        std::mt19937 random(11);
        auto file = AppendFile::open(path("x"), AppendFile::Existing::Refuse);
        QVERIFY(file);
        QByteArray expected;
        BlockBuffer buffer(1U << 20U);
        for (int i = 0; i < 200; ++i) {
            // small ones, whole blocks, and what makes the place whole again
            const std::size_t over = expected.size() % AppendFile::block;
            const std::size_t size = i % 3 == 0   ? random() % 10'000
                                     : i % 3 == 1 ? AppendFile::block - over
                                                  : AppendFile::block * (1 + random() % 20);
            fill(buffer, size, static_cast<char>(i));
            expected.append(buffer.data(), static_cast<qsizetype>(size));
            QVERIFY((*file)->append(buffer.data(), size));
            QCOMPARE((*file)->size(), static_cast<quint64>(expected.size()));
            if (i % 20 == 0) // at any time, by anybody
                QCOMPARE(contentOf(path("x")), expected);
        }
        QCOMPARE(contentOf(path("x")), expected);
        QCOMPARE(QFileInfo(path("x")).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }

    void whatIsThereIsRefusedOrReplaced() {
        {
            QFile old(path("x"));
            QVERIFY(old.open(QIODevice::WriteOnly));
            old.write("old");
        }
        const auto refused = AppendFile::open(path("x"), AppendFile::Existing::Refuse);
        QVERIFY(!refused);
        QCOMPARE(refused.error().id, ErrorId::WriteFailed);
        QVERIFY(refused.error().detail.contains(path("x")));
        QCOMPARE(contentOf(path("x")), QByteArray("old"));
        const auto replaced = AppendFile::open(path("x"), AppendFile::Existing::Replace);
        QVERIFY(replaced);
        QVERIFY((*replaced)->append("n", 1));
        QCOMPARE(contentOf(path("x")), QByteArray("n"));
        QVERIFY(!AppendFile::open(path("no/x"), AppendFile::Existing::Replace));
    }

#ifdef Q_OS_UNIX
    void aFullDiskLeavesWhatWasThere() {
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
        const rlimit small{.rlim_cur = 100'000, .rlim_max = limit.rlim_max};
        auto file = AppendFile::open(path("x"), AppendFile::Existing::Refuse);
        QVERIFY(file);
        BlockBuffer buffer(1U << 20U);
        fill(buffer, 15 * AppendFile::block, 'a');
        const QByteArray first(buffer.data(), static_cast<qsizetype>(buffer.size()));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const bool works = (*file)->append(buffer.data(), buffer.size()).has_value();
        const auto failed = (*file)->append(buffer.data(), buffer.size()); // only a part of it would fit
        const bool worksAgain = (*file)->append("end", 3).has_value();
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, before);
        QVERIFY(works);
        QVERIFY(!failed);
        QCOMPARE(failed.error().id, ErrorId::WriteFailed);
        QCOMPARE(failed.error().native, EFBIG);
        QVERIFY(worksAgain);
        QCOMPARE(contentOf(path("x")), first + "end");
    }

    void aPipeIsWrittenInOrder() {
        QCOMPARE(::mkfifo(QFile::encodeName(path("pipe")).constData(), 0600), 0);
        QByteArray got;
        std::thread reader([&] { got = contentOf(path("pipe")); });
        QByteArray expected;
        {
            auto file = AppendFile::open(path("pipe"), AppendFile::Existing::Replace);
            QVERIFY(file);
            QVERIFY(!(*file)->wantsBlocks());
            BlockBuffer buffer(1U << 20U);
            for (const std::size_t size : {std::size_t(5), AppendFile::block * 40, std::size_t(77)}) {
                fill(buffer, size, 'p');
                expected.append(buffer.data(), static_cast<qsizetype>(size));
                QVERIFY((*file)->append(buffer.data(), size));
            }
        }
        reader.join();
        QCOMPARE(got, expected);
    }

    void aDeviceThatTakesNothingSaysSo() {
        if (!QFile::exists(QStringLiteral("/dev/full")))
            QSKIP("this system has no /dev/full");
        auto file = AppendFile::open(QStringLiteral("/dev/full"), AppendFile::Existing::Replace);
        QVERIFY(file);
        const auto failed = (*file)->append("x", 1);
        QVERIFY(!failed);
        QCOMPARE(failed.error().native, ENOSPC);
    }
#endif

    void aBufferKeepsWhatItHasWhenItGrows() {
        BlockBuffer buffer(8192);
        QByteArray expected;
        for (int i = 1; i < 200; ++i) {
            const QByteArray piece(i * 7, static_cast<char>(i));
            std::memcpy(buffer.extend(static_cast<std::size_t>(piece.size())), piece.data(),
                        static_cast<std::size_t>(piece.size()));
            expected += piece;
            QCOMPARE(reinterpret_cast<std::uintptr_t>(buffer.data()) % AppendFile::block, std::uintptr_t(0));
        }
        QCOMPARE(QByteArray(buffer.data(), static_cast<qsizetype>(buffer.size())), expected);
        buffer.pad(AppendFile::block);
        QCOMPARE(buffer.size() % AppendFile::block, std::size_t(0));
        QCOMPARE(buffer.data()[buffer.size() - 1], '\0');
        buffer.clear();
        QCOMPARE(buffer.size(), std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(AppendFileTest)
#include "tst_appendfile.moc"
