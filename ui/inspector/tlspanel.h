// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace sw::ui {

/// What TLS agreed on, the peer's chain of certificates and what is wrong with it, and our own.
class TlsPanel final : public QWidget {
    Q_OBJECT

public:
    explicit TlsPanel(QWidget* parent = nullptr);

    void setSnapshot(const EndpointSnapshot& snapshot);
    /// The certificates that are shown, as PEM: the peer's, or our own where the peer has none.
    QByteArray pem() const;

signals:
    void saveRequested();

private:
    void show(const TlsReport& report);
    QTreeWidgetItem* addChain(const QString& title, const std::vector<Certificate>& chain, const TlsReport& report);

    std::shared_ptr<const TlsReport> m_report;
    QLabel* m_empty;
    QLabel* m_verdict;
    QTreeWidget* m_tree;
    QPushButton* m_save;
};

} // namespace sw::ui
