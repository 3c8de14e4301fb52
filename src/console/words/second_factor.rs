//! The second factor.

use super::{counted, sentences, words};
use crate::domain::product_name::ProductName;

words! {
    password_and_factor: "Password and second factor" / "Senha e segundo fator";
    second_factor: "Second factor" / "Segundo fator";
    factor_lead: "An authenticator app shows a code that changes every 30 seconds. With it, a stolen password is not enough."
        / "Um aplicativo autenticador mostra um código que muda a cada 30 segundos. Com ele, uma senha roubada não basta.";
    factor_is_on: "On" / "Ativo";
    factor_is_off: "Off" / "Inativo";
    set_up_factor: "Set up the second factor" / "Configurar o segundo fator";
    manage_factor: "Manage the second factor" / "Gerenciar o segundo fator";
    square: "The QR code for the app" / "O código QR para o aplicativo";
    by_hand: "Scan the QR code, or type this into the app:" / "Leia o código QR ou digite isto no aplicativo:";
    code: "Code" / "Código";
    code_hint: "The six digits that the app shows now." / "Os seis dígitos que o aplicativo mostra agora.";
    code_or_recovery: "The six digits of your app, or one of your recovery codes."
        / "Os seis dígitos do seu aplicativo ou um dos seus códigos de recuperação.";
    code_wrong: "This code is wrong or has already been used. Wait for the next one."
        / "Este código está errado ou já foi usado. Espere pelo próximo.";
    factor_switch_on: "Switch it on" / "Ativar";
    factor_on: "The second factor is on: logging in asks for a code." / "O segundo fator está ativo: ao entrar, um código é pedido.";
    factor_off: "Switch it off" / "Desativar o segundo fator";
    factor_off_lead: "To move to another telephone, switch it off and set it up there."
        / "Para mudar de telefone, desative e configure no novo aparelho.";
    recovery_codes: "Recovery codes" / "Códigos de recuperação";
    codes_lead: "Keep these away from the telephone. Each lets you log in once, and they are not shown again."
        / "Guarde-os longe do telefone. Cada um permite entrar uma vez, e eles não serão mostrados de novo.";
    mail_factor_on: "The second factor was switched on, and your other sessions have ended. If that was not you, set a new password now, which ends the session of the other person, and write to support."
        / "O segundo fator foi ativado, e suas outras sessões foram encerradas. Se não foi você, crie uma nova senha agora, o que encerra a sessão da outra pessoa, e fale com o suporte.";
    mail_factor_off: "The second factor was switched off. If that was not you, set a new password now."
        / "O segundo fator foi desativado. Se não foi você, crie uma nova senha agora.";
    mail_factor_undone: "You have undone the change of your e-mail address. The second factor that was switched on after that change, or in the 24 hours before it, has been switched off, because it may belong to another person. Set up your own once you have a new password."
        / "Você desfez a mudança do seu endereço de e-mail. O segundo fator ativado depois dessa mudança, ou nas 24 horas anteriores, foi desativado, porque pode ser de outra pessoa. Configure o seu quando tiver uma nova senha.";
    mail_factor_reason: "You receive this e-mail whenever the second factor changes." / "Você recebe esta mensagem sempre que o segundo fator muda.";
    lost_factor: "Lost the phone and the codes?" / "Perdeu o telefone e os códigos?";
    lost_factor_lead: "Another admin of an account of yours can vouch for you. We write to all of them. 24 hours after an admin vouches, a password or a link is enough to log in."
        / "Outro administrador de uma conta sua pode confirmar que é você. Escrevemos para todos eles. 24 horas depois da confirmação, uma senha ou um link basta para entrar.";
    lost_factor_alone: "No other admin? Ask the operator of this service for help."
        / "Não há outro administrador? Peça ajuda a quem opera este serviço.";
    ask_admins: "Ask the admins" / "Pedir aos administradores";
    admins_asked: "If your accounts have other admins, they get an e-mail. You get one when an admin has vouched for you."
        / "Se suas contas têm outros administradores, eles recebem um e-mail. Você recebe outro quando um deles confirmar.";
    vouch: "Vouch" / "Confirmar a identidade";
    vouch_for_lost: "Vouch: lost second factor" / "Confirmar a identidade: segundo fator perdido";
    vouch_with_care: "Ask the person yourself, on the phone or face to face: an e-mail can come from another person."
        / "Fale com a pessoa, por telefone ou pessoalmente: um e-mail pode vir de outra pessoa.";
    vouched: "The second factor ends in 24 hours. The person got an e-mail and can stop it."
        / "O segundo fator termina em 24 horas. A pessoa recebeu um e-mail e pode impedir.";
    keep_factor: "Keep the second factor" / "Manter o segundo fator";
    keep_factor_lead: "An admin was asked to confirm that you lost your second factor. If you did not ask for that, keep it."
        / "Um administrador recebeu o pedido de confirmar que você perdeu o segundo fator. Se você não pediu isso, mantenha-o.";
    factor_kept: "The second factor stays. If you did not ask for help, another person knows your password: set a new one."
        / "O segundo fator continua ativo. Se você não pediu ajuda, outra pessoa sabe sua senha: crie uma nova.";
    mail_keep_factor: "If you did not ask for that, keep the factor, and set a new password: another person knows yours."
        / "Se você não pediu isso, mantenha o fator e crie uma nova senha: outra pessoa sabe a sua.";
    mail_vouch_subject: "A member has lost the second factor" / "Uma pessoa perdeu o segundo fator";
    mail_vouch_reason: "You receive this e-mail because you are an admin of the account."
        / "Você recebe esta mensagem porque é administrador da conta.";
    copy_codes: "Copy the codes" / "Copiar os códigos";
    download_codes: "Download as a text file" / "Baixar como texto";
    saved_codes: "I have saved these codes away from the telephone." / "Guardei estes códigos longe do telefone.";
}

sentences! {
    w:
    fn mail_factor_subject(product: &ProductName) { format!("The second factor of your {product} log-in") }
        { format!("{product}: o segundo fator do seu acesso") }
    fn asks_to_vouch(who: &str, account: &str) { format!("{who}, a member of {account}, cannot log in: the phone and the recovery codes are lost.") }
        { format!("{who}, da conta {account}, não consegue entrar: perdeu o telefone e os códigos de recuperação.") }
    fn vouch_for(email: &str) { format!("Vouch for {email}") } { format!("Confirmar a identidade de {email}") }
    fn vouch_lead(email: &str) { format!("You confirm that {email} is the person who asks. Their second factor ends in 24 hours; until then they can stop it.") }
        { format!("Você confirma que {email} é a pessoa que pediu. O segundo fator dela termina em 24 horas; até lá, ela pode impedir.") }
    fn vouched_by(who: &str, when: &str) { format!("{who} has vouched for you: your second factor ends on {when}.") }
        { format!("{who} confirmou que é você: seu segundo fator termina em {when}.") }
    fn factor_ends_by_operator(when: &str) { format!("The operator of this service was asked to end your second factor. It ends on {when}.") }
        { format!("Pediram a quem opera este serviço que encerre o seu segundo fator. Ele termina em {when}.") }
    fn codes_left(n: i64) {
        match n {
            0 => "No recovery code is left. Switch the second factor off and on again to get new ones.".to_owned(),
            n => format!("{} left.", counted(w, n, "recovery code", "recovery codes")),
        }
    } {
        match n {
            0 => "Não resta nenhum código de recuperação. Desative e ative o segundo fator de novo para receber outros.".to_owned(),
            1 => "Resta 1 código de recuperação.".to_owned(),
            n => format!("Restam {n} códigos de recuperação."),
        }
    }
}
