//! Members, invitations, sign-up, resets, and the e-mails about them.

use super::{counted, sentences, words};
use crate::domain::member::Role;
use crate::domain::product_name::ProductName;

words! {
    nav_members: "Members" / "Pessoas";
    members_lead: "Members log in to the console of this account. Admins change things, members look at them."
        / "As pessoas daqui entram no console desta conta. Administradores alteram, membros consultam.";
    invite: "Invite" / "Convidar";
    invite_title: "Invite a member" / "Convidar uma pessoa";
    role: "Role" / "Função";
    role_admin_may: "Admin: keys, environments and people" / "Administrador: chaves, ambientes e pessoas";
    role_member_may: "Member: look at everything" / "Membro: consultar tudo";
    member_state: "Access" / "Acesso";
    member_invited: "Invited" / "Convite enviado";
    invitation_expired: "Invitation expired" / "Convite vencido";
    invitation_has_expired: "The link of the invitation has expired. Send the invitation again below."
        / "O link do convite venceu. Envie o convite de novo abaixo.";
    member_active: "Active" / "Ativo";
    member_disabled: "Disabled" / "Desativado";
    invited_until: "Invitation until" / "Convite até";
    invite_again: "Send the invitation again" / "Enviar o convite de novo";
    change_member: "Change" / "Alterar";
    already_invited: "This address has already been invited. Send the invitation again from the member’s page."
        / "Este endereço já recebeu um convite. Envie-o de novo na página da pessoa.";
    already_member: "This address already belongs to a member." / "Este endereço já é de uma pessoa da conta.";
    too_many_members: "The account has reached its limit of members." / "A conta já tem o máximo de pessoas.";
    last_admin: "An account must have an active admin. Make another member an admin first."
        / "Uma conta precisa de um administrador ativo. Torne outra pessoa administradora antes.";
    keys_stay: "Keys that a disabled person created keep working. Review them:"
        / "As chaves criadas por uma pessoa desativada continuam funcionando. Revise-as:";

    invitation_title: "Join an account" / "Entrar em uma conta";
    accept: "Accept" / "Aceitar";
    your_name: "Your name" / "Seu nome";
    accept_known: "You already have a password here. Enter it to accept." / "Você já tem uma senha aqui. Digite-a para aceitar.";
    accept_logged_in: "You are logged in with this address: one press accepts." / "Você está conectado com este endereço: um clique aceita.";
    accepted_log_in: "Log in to open the account." / "Entre para abrir a conta.";
    ask_inviter: "Ask the person who invited you for a new invitation." / "Peça um novo convite à pessoa que convidou você.";
    to_account: "Open the account" / "Abrir a conta";
    accept_new: "Choose a password for this address." / "Escolha uma senha para este endereço.";

    reset_title: "Set a new password" / "Criar uma nova senha";
    reset_lead: "We send a link to your address. It works once, for 30 minutes."
        / "Enviamos um link para o seu endereço. Ele funciona uma vez, por 30 minutos.";
    send_link: "Send me a link" / "Enviar um link";
    forgotten: "Forgot your password?" / "Esqueceu a senha?";
    sent_title: "Check your mailbox" / "Confira sua caixa de entrada";
    sent_hint: "Nothing after two minutes? Check the spam folder, or ask again."
        / "Nada depois de dois minutos? Veja a pasta de spam ou peça de novo.";
    sign_up_code: "Code" / "Código";
    sign_up_code_hint: "Or type the code of the e-mail here, within 30 minutes." / "Ou digite aqui o código do e-mail, em até 30 minutos.";
    no_more_codes_title: "This code is no longer valid" / "Este código não vale mais";
    no_more_codes: "Too many wrong codes. Ask for a new e-mail." / "Muitos códigos errados. Peça um novo e-mail.";
    ask_for_new_email: "Ask for a new e-mail" / "Pedir um novo e-mail";
    go_on: "Continue" / "Continuar";
    send_again: "Send again, or use another address" / "Enviar de novo ou usar outro endereço";
    sign_up: "Create an account" / "Criar uma conta";
    sign_up_lead: "Your address first: we send a link to it. You choose a name and a password once the address is confirmed."
        / "Primeiro o seu endereço: enviamos um link para ele. Você escolhe nome e senha depois de confirmá-lo.";
    sign_up_closed: "Accounts are created by invitation here. Ask the operator of this service."
        / "Aqui as contas são criadas por convite. Fale com quem opera este serviço.";
    account_name: "Name of the account" / "Nome da conta";
    account_name_hint: "Your company or project." / "Sua empresa ou projeto.";
    new_here: "New here?" / "Novo por aqui?";

    change_email: "Change the address" / "Alterar o endereço";
    new_email: "New address" / "Novo endereço";
    email_lead: "We send a link to the new address, and notify the old one. Until you use the link, nothing changes."
        / "Enviamos um link para o novo endereço e avisamos o antigo. Até você usar o link, nada muda.";
    too_many_invitations: "Too many invitations were sent to this address or by this account. Wait an hour."
        / "Convites demais foram enviados a este endereço ou por esta conta. Espere uma hora.";
    undo_change: "Undo the change" / "Desfazer a alteração";
    mail_new_email_text: "Log in with this address from now on: use the link. It works once, for an hour."
        / "Passe a entrar com este endereço: use o link. Ele funciona uma vez, por uma hora.";
    mail_new_email_reason: "You receive this e-mail because a logged-in person entered this address. If that was not you, ignore it."
        / "Você recebe esta mensagem porque uma pessoa conectada informou este endereço. Se não foi você, ignore.";
    mail_email_changed_text: "You log in with another address now. If that was not you, undo it within 7 days: all sessions end then, and you choose a new password."
        / "Agora você entra com outro endereço. Se não foi você, desfaça em até 7 dias: todas as sessões serão encerradas, e você cria uma nova senha.";
    mail_email_undone_text: "The change of your address was undone from an earlier address. You no longer log in with this one."
        / "A alteração do seu endereço foi desfeita a partir de um endereço anterior. Você não entra mais com este.";
    mail_to_earlier_address: "You left this address, but can still undo that: the message about the change of address has the link."
        / "Você deixou este endereço, mas ainda pode desfazer isso: o link está na mensagem sobre a alteração do endereço.";
    mail_email_changed_reason: "You receive this e-mail at your old address whenever the address changes."
        / "Você recebe esta mensagem no endereço antigo sempre que o endereço muda.";
    mailbox: "Messages of this gateway" / "Mensagens deste gateway";
    mailbox_lead: "No mail server is set, so messages wait here. Only people on this machine see the page."
        / "Nenhum servidor de e-mail está configurado, então as mensagens ficam aqui. Só quem usa esta máquina vê a página.";
    mailbox_empty: "No message yet." / "Nenhuma mensagem ainda.";

    mail_open_invitation: "Open the invitation" / "Abrir o convite";
    mail_invite_reason: "You receive this e-mail because an admin of the account entered your address. If you do not know them, do nothing."
        / "Você recebe esta mensagem porque um administrador da conta informou o seu endereço. Se não o conhece, ignore.";
    mail_account_made_reason: "You receive this e-mail because the operator of this service entered your address for a new account. If you do not expect it, do nothing."
        / "Você recebe esta mensagem porque quem opera este serviço informou o seu endereço para uma nova conta. Se não a espera, ignore.";
    mail_reset_text: "Set a new password with this link. It works once, for 30 minutes. All your sessions end then."
        / "Crie uma nova senha com este link. Ele funciona uma vez, por 30 minutos. Todas as suas sessões serão encerradas.";
    mail_reset_reason: "You receive this e-mail because this address was entered on the page for a new password. If that was not you, ignore it."
        / "Você recebe esta mensagem porque este endereço foi informado na página de nova senha. Se não foi você, ignore.";
    mail_sign_up_text: "Finish your account with this link. It works once, for 24 hours."
        / "Conclua sua conta com este link. Ele funciona uma vez, por 24 horas.";
    mail_known_text: "You already have an account with this address. Log in, or set a new password with this link. It works once, for 30 minutes."
        / "Você já tem uma conta com este endereço. Entre, ou crie uma nova senha com este link. Ele funciona uma vez, por 30 minutos.";
    mail_sign_up_reason: "You receive this e-mail because this address was entered on the page for new accounts. If that was not you, ignore it."
        / "Você recebe esta mensagem porque este endereço foi informado na página de novas contas. Se não foi você, ignore.";
    mail_browser_subject: "A log-in from a new browser" / "Acesso por um novo navegador";
    mail_browser_advice: "If that was you, no action is needed. If not, set a new password now: all sessions end then."
        / "Se foi você, não é preciso fazer nada. Se não foi, crie uma nova senha agora: todas as sessões serão encerradas.";
    mail_browser_reason: "You receive this e-mail whenever a browser is used for the first time."
        / "Você recebe esta mensagem sempre que um navegador é usado pela primeira vez.";
    mail_password_text: "Your password was changed, and all your other sessions have ended. If that was not you, set a new password now."
        / "Sua senha foi alterada, e todas as suas outras sessões foram encerradas. Se não foi você, crie uma nova senha agora.";
    mail_password_reason: "You receive this e-mail whenever your password changes." / "Você recebe esta mensagem sempre que sua senha muda.";
}

sentences! {
    w:
    fn mail_new_email_subject(product: &ProductName) { format!("Your new address for {product}") }
        { format!("{product}: seu novo endereço") }
    fn mail_email_changed_subject(product: &ProductName) { format!("Your {product} address was changed") }
        { format!("{product}: seu endereço foi alterado") }
    fn mail_invite_subject(product: &ProductName) { format!("An invitation to {product}") } { format!("{product}: um convite para você") }
    fn mail_reset_subject(product: &ProductName) { format!("A new password for {product}") } { format!("{product}: uma nova senha") }
    fn mail_sign_up_subject(product: &ProductName) { format!("Your {product} account") } { format!("{product}: sua conta") }
    fn mail_browser_text(product: &ProductName) { format!("Your account for the {product} console was used to log in from a new browser:") }
        { format!("Alguém entrou no console de {product} como você, por um navegador ainda não usado:") }
    fn mail_password_subject(product: &ProductName) { format!("Your {product} password was changed") }
        { format!("{product}: sua senha foi alterada") }
    fn invited_by(who: &str, account: &str, role: Role) {
        let role = match role { Role::Admin => "an admin", Role::Member => "a member" };
        format!("{who} invites you to the account {account} as {role}.")
    } {
        let role = match role { Role::Admin => "administrador", Role::Member => "membro" };
        format!("{who} convida você para a conta {account} como {role}.")
    }
    fn mail_account_made(account: &str) { format!("The account {account} is ready, and you are its first admin. Accept with a password of your own.") }
        { format!("A conta {account} está pronta e você é a primeira pessoa a administrá-la. Aceite com uma senha sua.") }
    fn member_already(account: &str) { format!("You are already a member of {account}.") }
        { format!("Você já faz parte de {account}.") }
    fn logged_in_as_other(own: &str, other: &str) {
        format!("You are logged in as {own}. Accepting logs you in as {other} in this browser. To join as {own}, ask for an invitation to that address.")
    } {
        format!("Você está conectado como {own}. Ao aceitar, este navegador entra como {other}. Para participar como {own}, peça um convite para esse endereço.")
    }
    fn sent(address: Option<&str>) {
        let address = address.unwrap_or("this address");
        format!("If {address} can get a link, it is on its way. Nothing is created or changed until you use it.")
    } {
        let address = address.unwrap_or("este endereço");
        format!("Se {address} puder receber um link, ele está a caminho. Nada é criado ou alterado até você usá-lo.")
    }
    fn email_waits(address: &str) { format!("A change to {address} waits for the link in the e-mail to that address.") }
        { format!("Uma alteração para {address} espera o uso do link enviado a esse endereço.") }
    fn for_address(email: &str) { format!("The invitation is for {email}.") } { format!("O convite é para {email}.") }
    fn mail_sign_up_code(code: &str) { format!("Or type this code on the page where you began, within 30 minutes: {code}") }
        { format!("Ou digite este código na página em que você começou, em até 30 minutos: {code}") }
    fn sign_up_code_wrong(left: i64) { format!("This is not the code of the newest e-mail. {} left.", counted(w, left, "try", "tries")) }
        { format!("Este não é o código do e-mail mais recente. {}", if left == 1 { "Resta 1 tentativa.".to_owned() } else { format!("Restam {left} tentativas.") }) }
    fn password_for(email: &str) { format!("You choose the password of {email}.") }
        { format!("Você escolhe a senha de {email}.") }
    fn email_becomes(email: &str) { format!("From now on you log in as {email}.") } { format!("A partir de agora você entra como {email}.") }
    fn mail_invite_until(days: i64) { format!("The invitation is valid for {}.", w.days(days)) }
        { format!("O convite vale por {}.", w.days(days)) }
}
