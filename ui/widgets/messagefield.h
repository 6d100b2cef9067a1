// SPDX-License-Identifier: MIT
#pragma once

#include <QLineEdit>

namespace sw::ui {

/// A line for a message. A line edit of Qt's cuts what is too long without a word, whichever way it comes (paste, drop,
/// a program); this one keeps what it had instead, and says so.
class MessageField final : public QLineEdit {
    Q_OBJECT

public:
    /// Characters that a message may have here; a longer one is better sent as a file.
    static constexpr int mostCharacters = 1 << 18;

    explicit MessageField(QWidget* parent = nullptr);

signals:
    /// What came was too long: a sentence for the user.
    void refused(const QString& why);

private:
    void check(const QString& text);

    QString m_last;
};

} // namespace sw::ui
