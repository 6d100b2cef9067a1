// SPDX-License-Identifier: MIT
#include "core/base/appendfile.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest/QtTest>

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

/// Puts so many bytes into a buffer, and returns them.
QByteArray fill(BlockBuffer& buffer, std::size_t size, char first) {
    char* at = buffer.extend(size);
    for (std::size_t i = 0; i < size; ++i)
        at[i] = static_cast<char>(first + static_cast<char>(i % 101));
    return {at, static_cast<qsizetype>(size)};
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
            expected += fill(buffer, size, static_cast<char>(i));
            QVERIFY((*file)->append(buffer));
            QCOMPARE(buffer.size(), std::size_t(0));
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
        QCOMPARE(refused.error().id, ErrorId::AlreadyExists);
        QVERIFY(refused.error().detail.toText().contains(path("x")));
        QCOMPARE(contentOf(path("x")), QByteArray("old"));
        const auto replaced = AppendFile::open(path("x"), AppendFile::Existing::Replace);
        QVERIFY(replaced);
        BlockBuffer buffer(AppendFile::block);
        const QByteArray content = fill(buffer, 1, 'n');
        QVERIFY((*replaced)->append(buffer));
        QCOMPARE(contentOf(path("x")), content);
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
        QByteArray expected = fill(buffer, 15 * AppendFile::block + 5, 'a');
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const bool works = (*file)->append(buffer).has_value();
        fill(buffer, 20 * AppendFile::block - 5, 'b');
        const auto failed = (*file)->append(buffer); // only a part of it would fit
        expected += fill(buffer, 3, 'c');
        const bool worksAgain = (*file)->append(buffer).has_value();
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, before);
        QVERIFY(works);
        QVERIFY(!failed);
        QCOMPARE(failed.error().id, ErrorId::WriteFailed);
        QCOMPARE(failed.error().native, EFBIG);
        QVERIFY(worksAgain);
        QCOMPARE(contentOf(path("x")), expected);
    }

    void aFullDiskKeepsTheRecordsThatFit() {
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
        const rlimit small{.rlim_cur = 1'000'003, .rlim_max = limit.rlim_max};
        auto file = AppendFile::open(path("x"), AppendFile::Existing::Refuse);
        QVERIFY(file);
        BlockBuffer buffer(1U << 20U);
        QByteArray expected = fill(buffer, 70'000, 'a');
        QVERIFY((*file)->append(buffer));
        expected += fill(buffer, 500 * AppendFile::block - 70'000, 'b'); // past the cache, and too much
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto failed = (*file)->append(buffer, [](const char*, std::size_t size) { return size / 100 * 100; });
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, before);
        QVERIFY(!failed);
        QCOMPARE(failed.error().native, EFBIG);
        QCOMPARE(contentOf(path("x")), expected.left(1'000'000));
        QCOMPARE((*file)->size(), quint64(1'000'000));
        QVERIFY((*file)->close());
    }

    void aPipeIsWrittenInOrder() {
        QCOMPARE(::mkfifo(QFile::encodeName(path("pipe")).constData(), 0600), 0);
        QByteArray got;
        std::thread reader([&] { got = contentOf(path("pipe")); });
        QByteArray expected;
        {
            const auto patience = std::make_shared<Patience>(); // whoever comes first
            auto file = AppendFile::open(path("pipe"), {Existing::Replace, patience});
            QVERIFY(file);
            QVERIFY(!(*file)->wantsBlocks());
            BlockBuffer buffer(1U << 20U);
            for (const std::size_t size : {std::size_t(5), AppendFile::block * 40, std::size_t(77)}) {
                expected += fill(buffer, size, 'p');
                QVERIFY((*file)->append(buffer));
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
        BlockBuffer buffer(AppendFile::block);
        fill(buffer, 1, 'x');
        const auto failed = (*file)->append(buffer);
        QVERIFY(!failed);
        QCOMPARE(failed.error().native, ENOSPC);
    }
#endif

    /// Also around blocks that are larger than what a buffer usually holds.
    void aBufferKeepsWhatTheLastBlockHas() {
        auto file = AppendFile::open(path("x"), AppendFile::Existing::Refuse);
        QVERIFY(file);
        BlockBuffer buffer(2 * AppendFile::block);
        QByteArray expected;
        for (const std::size_t size : {std::size_t(100), 9 * AppendFile::block - 100, std::size_t(7),
                                       30 * AppendFile::block + 1, AppendFile::block - 8, AppendFile::block}) {
            expected += fill(buffer, size / 2, 'x');
            expected += fill(buffer, size - size / 2, 'y'); // it grows with something in it
            QCOMPARE(buffer.size(), size);
            QVERIFY((*file)->append(buffer));
            QCOMPARE(contentOf(path("x")), expected);
        }
        fill(buffer, 50, 'n');
        buffer.clear();
        expected += fill(buffer, AppendFile::block, 'z');
        QVERIFY((*file)->append(buffer));
        QCOMPARE(contentOf(path("x")), expected);
    }
};

QTEST_GUILESS_MAIN(AppendFileTest)
#include "tst_appendfile.moc"
