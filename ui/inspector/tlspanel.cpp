// SPDX-License-Identifier: MIT
#include "ui/inspector/tlspanel.h"

#include "ui/inspector/wrappingdelegate.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

/// Long digits have no place to break at: eight bytes a line.
QString inLines(const QString& value) {
    static const QRegularExpression digits(QStringLiteral("^[0-9A-F:]{24,}$"));
    if (!digits.match(value).hasMatch())
        return value;
    const bool hasColons = value.contains(QLatin1Char(':'));
    const qsizetype width = hasColons ? 24 : 16;
    QStringList lines;
    for (qsizetype at = 0; at < value.size(); at += width)
        lines.append(value.mid(at, width));
    return lines.join(QLatin1Char('\n'));
}

void addRow(QTreeWidgetItem* section, const QString& name, const QString& value, const QColor& muted) {
    if (value.isEmpty())
        return;
    auto* item = new QTreeWidgetItem(section, {name, inLines(value)});
    item->setForeground(0, muted);
    for (int column = 0; column < 2; ++column) {
        item->setTextAlignment(column, Qt::AlignLeft | Qt::AlignTop);
        item->setToolTip(column, plainToolTip(value));
    }
}

} // namespace

TlsPanel::TlsPanel(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("tlsPanel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    m_empty = mutedLabel({}, this);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setMargin(24);
    m_verdict = plainLabel({}, this);
    nameWidget(m_verdict, "tlsVerdict", tr("Whether the peer was verified"));
    m_verdict->setWordWrap(true);
    m_verdict->setContentsMargins(10, 2, 10, 4);
    m_tree = new QTreeWidget(this);
    nameWidget(m_tree, "tlsTree", tr("TLS session and certificates"));
    m_tree->setHeaderLabels({tr("What"), tr("Value")});
    m_tree->header()->setStretchLastSection(true);
    m_tree->setColumnWidth(0, 112);
    m_tree->setWordWrap(true);
    m_tree->setItemDelegate(new WrappingDelegate(m_tree));
    connect(m_tree->header(), &QHeaderView::sectionResized, m_tree, [this] { m_tree->doItemsLayout(); });
    m_tree->setIndentation(12);
    m_save = pushButton(tr("Save certificates…"), "saveCertificatesButton", this);
    m_save->setToolTip(tr("As PEM, such as for the option ca of another connection"));
    connect(m_save, &QPushButton::clicked, this, &TlsPanel::saveRequested);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_verdict);
    layout->addWidget(m_tree, 1);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 2, 10, 4);
    row->addWidget(m_save);
    row->addStretch();
    layout->addLayout(row);
}

QTreeWidgetItem* TlsPanel::addChain(const QString& title, const std::vector<Certificate>& chain,
                                    const TlsReport& report) {
    const QColor muted = themeColors(palette()).muted;
    auto* section = new QTreeWidgetItem(m_tree, {title});
    section->setFirstColumnSpanned(true);
    QFont bold = m_tree->font();
    bold.setBold(true);
    section->setFont(0, bold);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const Certificate& one = chain[i];
        auto* item = new QTreeWidgetItem(section, {QStringLiteral("%1 · %2").arg(i + 1).arg(one.title())});
        item->setFirstColumnSpanned(true);
        item->setToolTip(0, plainToolTip(one.subject));
        for (const CertificateProblem& problem : report.problems) {
            if (&chain == &report.chain && problem.depth == static_cast<int>(i)) {
                addRow(item, tr("Problem"), problem.reason, muted);
                item->child(item->childCount() - 1)->setForeground(1, themeColors(palette()).error);
                item->setForeground(0, themeColors(palette()).error);
            }
        }
        const QLocale locale;
        const auto date = [&](const QDateTime& time) {
            return locale.toString(time.toLocalTime(), QLocale::ShortFormat);
        };
        addRow(item, tr("Subject"), one.subject, muted);
        addRow(item, tr("Names"), one.names.join(QLatin1String(", ")), muted);
        addRow(item, tr("Issuer"), one.isSelfIssued() ? tr("itself") : one.issuer, muted);
        addRow(item, tr("Valid"), tr("%1 to %2").arg(date(one.notBefore), date(one.notAfter)), muted);
        addRow(item, tr("Key"), one.key, muted);
        addRow(item, tr("Signature"), one.signature, muted);
        addRow(item, tr("Usage"), one.usage.join(QLatin1String(", ")), muted);
        addRow(item, tr("Authority"), one.authority, muted);
        addRow(item, tr("Serial"), one.serial, muted);
        addRow(item, tr("SHA-256"), one.sha256, muted);
        addRow(item, tr("SHA-1"), one.sha1, muted);
        item->setExpanded(i == 0);
    }
    section->setExpanded(true);
    return section;
}

void TlsPanel::show(const TlsReport& report) {
    m_tree->clear();
    const ThemeColors colors = themeColors(palette());
    auto* session = new QTreeWidgetItem(m_tree, {tr("Session")});
    session->setFirstColumnSpanned(true);
    QFont bold = m_tree->font();
    bold.setBold(true);
    session->setFont(0, bold);
    addRow(session, tr("Version"), report.version, colors.muted);
    addRow(session, tr("Cipher"), report.cipher, colors.muted);
    addRow(session, tr("Group"), report.group, colors.muted);
    addRow(session, tr("ALPN"), report.alpn.isEmpty() ? QString() : report.alpn, colors.muted);
    addRow(session, tr("ALPN offered"), report.alpnOffered.join(QLatin1String(", ")), colors.muted);
    addRow(session, tr("SNI"), report.serverName, colors.muted);
    if (report.isEstablished) {
        addRow(session, tr("Handshake"), tr("%1 ms").arg(static_cast<double>(report.duration.count()) / 1e6, 0, 'f', 2),
               colors.muted);
        addRow(session, tr("Resumed"), report.isResumed ? tr("yes, from an earlier session") : tr("no"), colors.muted);
    }
    session->setHidden(session->childCount() == 0);
    session->setExpanded(true);
    if (!report.chain.empty())
        addChain(report.side == TlsSide::Client ? tr("Certificates of the server") : tr("Certificates of the client"),
                 report.chain, report);
    if (!report.own.empty())
        addChain(report.isThrowAway ? tr("Our certificate, made for this listener") : tr("Our certificates"),
                 report.own, report);
}

void TlsPanel::setSnapshot(const EndpointSnapshot& snapshot) {
    const bool isChanged = m_report != snapshot.tls;
    m_report = snapshot.tls;
    m_empty->setVisible(m_report == nullptr);
    m_verdict->setVisible(m_report != nullptr);
    m_tree->setVisible(m_report != nullptr);
    m_save->setVisible(m_report != nullptr && !pem().isEmpty());
    if (m_report == nullptr) {
        const bool isTls = isSecure(snapshot.address.scheme);
        m_empty->setText(
            isTls ? tr("The handshake is not over yet.")
                  : tr("This endpoint has no TLS. Open tls:// or dtls://, or begin it in the middle of a stream with "
                       "Socket ▸ Start TLS."));
        return;
    }
    if (!isChanged)
        return;
    const ThemeColors colors = themeColors(palette());
    QString verdict;
    QColor color = colors.muted;
    if (snapshot.kind == EndpointKind::Listener) {
        verdict = m_report->isThrowAway
                      ? tr("Clients see a certificate that was made for this listener; nobody vouches for it.")
                      : tr("Clients see this certificate.");
    } else if (m_report->isPinned) {
        verdict = tr("Accepted because its fingerprint is the one that was pinned (option pin); whoever signed it was "
                     "not asked.");
    } else if (m_report->isVerified) {
        verdict =
            m_report->side == TlsSide::Client
                ? tr("Verified: the chain is trusted, and the certificate is for “%1”.").arg(m_report->expectedName)
                : tr("The client's certificate is trusted.");
    } else if (m_report->isVerifyOff) {
        verdict = tr("NOT VERIFIED (verify=off): somebody in the middle could read and change everything.");
        color = colors.error;
    } else if (!m_report->problems.empty()) {
        verdict = tr("Refused: %1.").arg(m_report->problems.front().reason);
        color = colors.error;
    } else {
        verdict = m_report->side == TlsSide::Server ? tr("The client showed no certificate, and was not asked to.")
                                                    : tr("The handshake ended before a certificate could be checked.");
    }
    m_verdict->setText(verdict);
    QPalette text = m_verdict->palette();
    text.setColor(QPalette::WindowText, color);
    m_verdict->setPalette(text);
    show(*m_report);
}

QByteArray TlsPanel::pem() const {
    QByteArray text;
    if (m_report == nullptr)
        return text;
    for (const Certificate& one : m_report->chain.empty() ? m_report->own : m_report->chain)
        text += one.pem;
    return text;
}

} // namespace sw::ui
