// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/relayrequest.h"
#include "core/relay/intercept.h"

#include <QVector>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTreeWidget;

namespace sw::ui {

/// Which messages of a relay are held, those that are, and what is to become of each. The UI thread.
class InterceptPanel final : public QWidget {
    Q_OBJECT

public:
    explicit InterceptPanel(QWidget* parent = nullptr);

    void setEditorFont(const QFont& font);
    /// Shows this, without telling of a change.
    void setIntercept(const Intercept& intercept);
    const Intercept& intercept() const { return m_intercept; }
    /// Lists them, as Engine::heldMessages() gives them.
    void setHeld(const QVector<HeldMessage>& messages);
    /// The whole of one of them, after contentRequested().
    void setContent(quint64 number, const QByteArray& bytes);

signals:
    void changed();
    void contentRequested(quint64 number);
    void released(quint64 number, const sw::Release& release);

private:
    void buildRule();
    void buildQueue();
    void ruleEdited();
    void chooseMessage();
    void updateButtons();
    void showContent();
    void convertContent();
    /// The edited bytes; nothing after the error was shown.
    std::optional<QByteArray> content();
    void decide(Release::Action action);
    void passAll();
    const HeldMessage* chosen() const;

    Intercept m_intercept;
    QVector<HeldMessage> m_held;
    quint64 m_chosen = 0;
    std::optional<QByteArray> m_content; // of the chosen one, once all of it is here
    bool m_isFilling = false;
    QCheckBox* m_on;
    QComboBox* m_direction;
    QComboBox* m_framer;
    QLineEdit* m_condition;
    QLabel* m_error;
    QTreeWidget* m_list;
    QComboBox* m_form;
    QPlainTextEdit* m_editor;
    QPushButton* m_pass;
    QPushButton* m_drop;
    QPushButton* m_answer;
    QPushButton* m_passAll;
};

} // namespace sw::ui
