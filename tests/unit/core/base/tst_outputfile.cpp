// SPDX-License-Identifier: MIT
#include "core/base/appendfile.h"
#include "core/base/outputfile.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <atomic>
#include <cstring>
#include <thread>

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

using namespace sw;

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("not readable");
}

void save(const QString& path, const QByteArray& content) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

/// Opens, writes, closes.
Result<void> writeTo(const QString& path, Existing existing, const QByteArray& content) {
    auto file = AppendFile::open(path, existing);
    if (!file)
        return tl::unexpected(file.error());
    BlockBuffer buffer(AppendFile::block);
    std::copy(content.begin(), content.end(), buffer.extend(static_cast<std::size_t>(content.size())));
    if (auto written = (*file)->append(buffer); !written)
        return written;
    return (*file)->close();
}

} // namespace

class OutputFileTest final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void savingReplacesTheWholeFileOrNothing() {
        const QString situation = QStringLiteral("workspace");
        QVERIFY(replaceFile(path("x"), "first", situation).has_value());
        QVERIFY(replaceFile(path("x"), "second", situation, Privacy::Owner).has_value());
        QCOMPARE(contentOf(path("x")), QByteArray("second"));
        QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("folder")));
        for (const char* name : {"folder", "not/there"}) {
            const auto refused = replaceFile(path(name), "x", situation);
            QVERIFY(!refused);
            QCOMPARE(refused.error().id, ErrorId::WriteFailed);
            QCOMPARE(refused.error().situation, situation);
            QVERIFY(refused.error().detail.toText().contains(path(name)));
        }
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{QStringLiteral("x")});
    }

#ifdef Q_OS_UNIX
    void savingFollowsNoLink() {
        save(path("precious"), "old");
        QVERIFY(QFile::link(path("precious"), path("link")));
        QVERIFY(QFile::link(path("elsewhere"), path("dangling")));
        for (const char* name : {"link", "dangling"}) {
            const auto refused = replaceFile(path(name), "new", QStringLiteral("workspace"));
            QVERIFY(!refused);
            QVERIFY2(refused.error().detail.toText().contains(QLatin1String("symbolic link")),
                     qPrintable(refused.error().detail.toText()));
        }
        QCOMPARE(contentOf(path("precious")), QByteArray("old"));
        QVERIFY(!QFileInfo::exists(path("elsewhere")));
        QVERIFY(::mkfifo(QFile::encodeName(path("fifo")).constData(), 0600) == 0);
        QVERIFY(!replaceFile(path("fifo"), "new", QStringLiteral("workspace")));
        QVERIFY(replaceFile(path("mine"), "new", QStringLiteral("workspace"), Privacy::Owner).has_value());
        QCOMPARE(QFileInfo(path("mine")).permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                 QFileDevice::Permissions());
    }
#endif

    void nothingIsOverwrittenUnasked() {
        save(path("x"), "old");
        const auto refused = writeTo(path("x"), Existing::Refuse, "new");
        QVERIFY(!refused);
        QCOMPARE(refused.error().id, ErrorId::AlreadyExists);
        QVERIFY(refused.error().detail.toText().contains(path("x")));
        QCOMPARE(contentOf(path("x")), QByteArray("old"));
        QVERIFY(writeTo(path("x"), Existing::Replace, "n"));
        QCOMPARE(contentOf(path("x")), QByteArray("n"));
        QVERIFY(writeTo(path("x"), Existing::Append, "ext"));
        QCOMPARE(contentOf(path("x")), QByteArray("next"));
    }

    void aFolderIsNoFile() {
        for (const Existing existing : {Existing::Refuse, Existing::Replace, Existing::Append})
            QVERIFY(!writeTo(m_folder->path(), existing, "x"));
        QVERIFY(!removeOldFile(m_folder->path()));
        QVERIFY(QFileInfo(m_folder->path()).isDir());
    }

#ifdef Q_OS_UNIX
    void linksAreNeverFollowed_data() {
        QTest::addColumn<Existing>("existing");
        QTest::newRow("refuse") << Existing::Refuse;
        QTest::newRow("replace") << Existing::Replace;
        QTest::newRow("append") << Existing::Append;
    }
    void linksAreNeverFollowed() {
        QFETCH(Existing, existing);
        save(path("target"), "precious");
        QVERIFY(QFile::link(path("target"), path("link")));
        QVERIFY(QFile::link(path("nowhere"), path("dangling")));
        for (const char* name : {"link", "dangling"}) {
            const auto refused = writeTo(path(name), existing, "x");
            QVERIFY(!refused);
            QVERIFY2(refused.error().detail.toText().contains(QLatin1String("symbolic link")),
                     qPrintable(refused.error().detail.toText()));
            QVERIFY(!removeOldFile(path(name)));
            QVERIFY(hasFile(path(name)));
        }
        QCOMPARE(contentOf(path("target")), QByteArray("precious"));
        QVERIFY(!QFile::exists(path("nowhere")));
    }

    void newFilesAreOurs_data() {
        QTest::addColumn<int>("mask");
        QTest::newRow("everything allowed") << 0;
        QTest::newRow("usual") << 022;
        QTest::newRow("nothing allowed") << 0777;
    }
    void newFilesAreOurs() {
        QFETCH(int, mask);
        const auto before = ::umask(static_cast<mode_t>(mask));
        const bool isMade = writeTo(path("new"), Existing::Refuse, "x").has_value() &&
                            makePrivateFolder(path("a/b"), QStringLiteral("test")).has_value();
        ::umask(before);
        QVERIFY(isMade);
        struct stat status {};
        QCOMPARE(::stat(QFile::encodeName(path("new")).constData(), &status), 0);
        QCOMPARE(status.st_mode & 0777U, 0600U);
        for (const char* folder : {"a", "a/b"}) {
            QCOMPARE(::stat(QFile::encodeName(path(folder)).constData(), &status), 0);
            QCOMPARE(status.st_mode & 0777U, 0700U);
        }
    }

    void anotherNameOfAFileKeepsItsContent() {
        save(path("x"), "precious");
        QCOMPARE(::link(QFile::encodeName(path("x")).constData(), QFile::encodeName(path("y")).constData()), 0);
        QVERIFY(!writeTo(path("y"), Existing::Append, "z"));
        QVERIFY(writeTo(path("y"), Existing::Replace, "z"));
        QCOMPARE(contentOf(path("x")), QByteArray("precious"));
        QCOMPARE(contentOf(path("y")), QByteArray("z"));
    }

    void whatIsAppendedToBecomesPrivate() {
        save(path("keys"), "a");
        QVERIFY(QFile::setPermissions(path("keys"), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
        QVERIFY(writeTo(path("keys"), Existing::Append, "b"));
        QCOMPARE(contentOf(path("keys")), QByteArray("ab"));
        QCOMPARE(QFile::permissions(path("keys")) & QFile::ReadOther, QFile::Permissions());
        if (::geteuid() != 0)
            return;
        QCOMPARE(::chown(QFile::encodeName(path("keys")).constData(), 65534, 65534), 0);
        QVERIFY(!writeTo(path("keys"), Existing::Append, "c"));
        QCOMPARE(contentOf(path("keys")), QByteArray("ab"));
    }

    void linksToFoldersAreRefused() {
        QVERIFY(makePrivateFolder(path("real"), QStringLiteral("test")));
        QVERIFY(makePrivateFolder(path("real/"), QStringLiteral("test")));
        QVERIFY(QFile::link(path("real"), path("link")));
        QVERIFY(!makePrivateFolder(path("link"), QStringLiteral("test")));
        QVERIFY(!makePrivateFolder(path("link/"), QStringLiteral("test")));
        save(path("file"), "x");
        QVERIFY(!makePrivateFolder(path("file"), QStringLiteral("test")));
    }

    void ourOwnDescriptorsHaveNames() {
        QFile file(path("open"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.write("before ");
        file.flush();
        QVERIFY(writeTo(QStringLiteral("/dev/fd/%1").arg(file.handle()), Existing::Refuse, "after"));
        QCOMPARE(contentOf(path("open")), QByteArray("before after"));
        QVERIFY(!writeTo(QStringLiteral("/dev/fd/9999"), Existing::Refuse, "x"));
    }

    void devicesAreWrittenTo() {
        QVERIFY(writeTo(QStringLiteral("/dev/null"), Existing::Refuse, "x"));
        const auto opened = openOutputFile(QStringLiteral("/dev/null"), Existing::Replace);
        QVERIFY(opened && opened->isSequential);
        ::close(static_cast<int>(opened->handle));
        QVERIFY(!removeOldFile(QStringLiteral("/dev/null")));
        QVERIFY(QFile::exists(QStringLiteral("/dev/null")));
    }

    void patienceEnds() {
        const QByteArray name = QFile::encodeName(path("pipe"));
        QCOMPARE(::mkfifo(name.constData(), 0600), 0);
        std::atomic<int> told{0};
        const auto patience = std::make_shared<Patience>(Patience::Opening::Waits,
                                                         [&](const QString& what) { told += what == path("pipe"); });
        std::thread ending([&] {
            while (told == 0)
                std::this_thread::yield();
            patience->stop();
        });
        QVERIFY(!openOutputFile(path("pipe"), {Existing::Refuse, patience})); // for whom nobody comes
        ending.join();
        QCOMPARE(told.load(), 1);
        const int reader = ::open(name.constData(), O_RDONLY | O_NONBLOCK);
        const auto until = std::make_shared<Patience>(Patience::Opening::Refuses);
        const auto file = AppendFile::open(path("pipe"), {Existing::Refuse, until});
        QVERIFY(file);
        BlockBuffer buffer(AppendFile::block);
        std::memset(buffer.extend(1U << 20U), 'x', 1U << 20U);
        until->stop();
        std::atomic<bool> isOver{false};
        std::thread slow([&] { // takes a little, again and again
            QByteArray room(4096, 0);
            while (!isOver) {
                [[maybe_unused]] const auto got = ::read(reader, room.data(), 4096);
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        });
        QVERIFY(!(*file)->append(buffer));
        isOver = true;
        slow.join();
        ::close(reader);
        const std::atomic<bool> isCancelled{true};
        QVERIFY(Patience(isCancelled).isOver() && !Patience().isOver());
    }

    void aPipeNeedsAReader() {
        const QByteArray name = QFile::encodeName(path("pipe"));
        QCOMPARE(::mkfifo(name.constData(), 0600), 0);
        const auto unread = openOutputFile(path("pipe"), Existing::Refuse);
        QVERIFY(!unread);
        QVERIFY2(unread.error().detail.toText().contains(QLatin1String("nobody reads")),
                 qPrintable(unread.error().detail.toText()));
        const int reader = ::open(name.constData(), O_RDONLY | O_NONBLOCK);
        QVERIFY(reader >= 0);
        const auto file = AppendFile::open(path("pipe"), Existing::Refuse);
        QVERIFY(file && (*file)->isSequential());
        BlockBuffer buffer(AppendFile::block);
        std::memcpy(buffer.extend(4), "took", 4);
        QVERIFY((*file)->append(buffer));
        QByteArray got(4, 0);
        QCOMPARE(::read(reader, got.data(), 4), ssize_t(4));
        QCOMPARE(got, QByteArray("took"));
        std::memset(buffer.extend(4U << 20U), 'x', 4U << 20U); // more than any pipe holds
        const auto stuck = (*file)->append(buffer);
        QVERIFY(!stuck);
        QVERIFY2(stuck.error().detail.toText().contains(QLatin1String("does not take more")),
                 qPrintable(stuck.error().detail.toText()));
        ::close(reader);
    }
#endif
};

QTEST_GUILESS_MAIN(OutputFileTest)
#include "tst_outputfile.moc"
